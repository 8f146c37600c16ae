import { Module } from '@nestjs/common'
import { ConfigModule } from '@nestjs/config'
import Joi from 'joi'

@Module({
  imports: [
    ConfigModule.forRoot({
      isGlobal: true,
      validationSchema: Joi.object({
        QUEUE_URL: Joi.string().uri().required(),
        RETRIES: Joi.number().default(3),
      }),
    }),
  ],
})
export class AppModule {}
