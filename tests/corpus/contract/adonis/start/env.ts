import { Env } from '@adonisjs/core/env'

export default await Env.create(new URL('../', import.meta.url), {
  APP_KEY: Env.schema.string(),
  API_TOKEN: Env.schema.secret(),
  WORKERS: Env.schema.number(),
  CACHE_VIEWS: Env.schema.boolean.optional(),
  LOG_LEVEL: Env.schema.enum(['fatal', 'info', 'debug']),
  SESSION_DRIVER: Env.schema.enum.optional(['cookie', 'redis'] as const),
  SMTP_HOST: Env.schema.string.optional({ format: 'host' }),
  ORIGIN: Env.schema.string({ format: 'url', tld: false }),
  S3_BUCKET: Env.schema.string.optionalWhen(process.env.DRIVE === 'local'),
  HEX: (key, value) => check(key, value),
})
