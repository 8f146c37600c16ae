const envSchema = require('env-schema')
const S = require('fluent-json-schema').default

const config = envSchema({
  dotenv: true,
  schema: S.object()
    .prop('TOKEN', S.string().required())
    .prop('RETRIES', S.number().default(3).required())
    .prop('LEVEL', S.string().enum(['low', 'high']))
    .prop('TRACE', S.boolean()),
})
const second = envSchema({
  schema: S.object().prop('QUEUE', S.string()).prop('TOPIC', S.string()).required(['QUEUE']),
})
