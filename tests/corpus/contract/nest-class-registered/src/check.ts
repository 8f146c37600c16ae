import { plainToClass } from 'class-transformer'
import { validateSync } from 'class-validator'

function check<T extends object>(config: Record<string, unknown>, variables: ClassConstructor<T>) {
  const errors = validateSync(plainToClass(variables, config))
  if (errors.length > 0) {
    throw new Error(errors.toString())
  }
}

export const look = (config: object, variables: Made) => {
  console.log(validateSync(plainToClass(variables, config)))
}

export default check
