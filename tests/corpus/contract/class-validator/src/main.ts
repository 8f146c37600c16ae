import { IsIn, IsNumber, IsOptional, IsString, IsUrl } from 'class-validator'

class EnvironmentVariables {
  @IsUrl() HOOK_URL: string
  @IsNumber() RATE = 5
  @IsOptional() @IsString() NOTE?: string
  @IsIn(['a', 'b']) MODE: string
}

class Order {
  @IsString() name: string
}

validate(process.env, EnvironmentVariables)
