import Env from '@ioc:Adonis/Core/Env'

export default Env.rules({
  APP_KEY: Env.schema.string(),
  DRIVE_DISK: Env.schema.enum(['local', 's3'] as const),
  SMTP_URL: Env.schema.string.optional({ format: 'url' }),
})
