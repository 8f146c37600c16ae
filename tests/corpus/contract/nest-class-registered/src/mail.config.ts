import { registerAs } from '@nestjs/config'
import { IsString } from 'class-validator'
import check from './check'

class Variables {
  @IsString() MAIL_KEY: string
}

export default registerAs('mail', () => {
  check(process.env, Variables)
  return { key: process.env.MAIL_KEY }
})
