import { Module } from '@nestjs/common'
import { ConfigModule } from '@nestjs/config'
import { rules } from './rules'

@Module({
  imports: [
    ConfigModule.forRoot({
      isGlobal: true,
      validationSchema: rules,
    }),
  ],
})
export class AppModule {}
