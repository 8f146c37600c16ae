import { ConfigModule } from '@nestjs/config'
import mail from './mail.config'
import seen from './seen.config'

@Module({ imports: [ConfigModule.forRoot({ load: [mail, seen] })] })
export class AppModule {}
