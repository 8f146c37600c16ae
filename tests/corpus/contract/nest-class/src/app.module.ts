import { ConfigModule } from '@nestjs/config'
import { validate } from './variables'

@Module({ imports: [ConfigModule.forRoot({ isGlobal: true, validate })] })
export class AppModule {}
