import { plainToInstance } from 'class-transformer'
import { IsIn, IsNotEmpty, IsOptional, IsString, IsUrl, ValidateIf, validateSync } from 'class-validator'

class Variables {
  @IsUrl() HOOK_URL: string
  @IsNotEmpty() @IsString() SECRET: string
  @IsIn(['a', 'b']) MODE: string
  @IsOptional() @IsString() NOTE?: string
  @IsString() LEVEL = 'info'
  @ValidateIf((all) => all.MODE === 'a') @IsString() ONLY_A: string
  @Transform(({ value }) => value ?? '1') @IsString() TURNED: string
  @Type(() => Number) UNCHECKED: number
}

class Other {
  @IsString() ELSEWHERE: string
}

export function validate(config: Record<string, unknown>) {
  const made = plainToInstance(Variables, config, { enableImplicitConversion: true })
  const errors = validateSync(made, { skipMissingProperties: false })
  if (errors.length > 0) {
    throw new Error(errors.toString())
  }
  return made
}
