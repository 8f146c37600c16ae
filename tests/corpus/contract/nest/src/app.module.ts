import { Injectable, Module } from '@nestjs/common'
import { ConfigModule, ConfigService } from '@nestjs/config'
import * as Joi from 'joi'

@Module({
  imports: [
    ConfigModule.forRoot({ isGlobal: true, validationSchema: Joi.object({
      DATABASE_URL: Joi.string().required(),
      MAIL_PORT: Joi.number().port().default(25),
    }) }),
  ],
  providers: [Mailer],
})
export class AppModule {}

@Injectable()
export class Mailer {
  private readonly token: string
  private readonly timeout: number
  private readonly name: string

  constructor(private readonly config: ConfigService) {
    this.token = config.getOrThrow<string>('API_TOKEN')
    this.timeout = config.get<number>('TIMEOUT', 30)
    this.name = this.config.get('NAME')
  }

  send() {
    return this.config.getOrThrow('IN_METHOD') + this.config.get('mail.host')
  }
}

@Injectable()
export class Forgotten {
  constructor(config: ConfigService) {
    this.token = config.getOrThrow('NOT_PROVIDED')
  }
}
