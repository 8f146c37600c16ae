import { cleanEnv, str } from 'envalid'

const validateEnv = () => {
  cleanEnv(process.env, { SECRET_KEY: str() })
}

const unused = () => {
  cleanEnv(process.env, { UNUSED: str() })
}

export default validateEnv
