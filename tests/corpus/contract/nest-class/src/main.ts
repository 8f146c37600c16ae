import { AppModule } from './app.module'
NestFactory.create(AppModule)
