import { registerAs } from '@nestjs/config'
import { IsString } from 'class-validator'
import { look } from './check'

class Variables {
  @IsString() SEEN_KEY: string
}

export default registerAs('seen', () => look(process.env, Variables))
