const fastify = require('fastify')()
const fastifyEnv = require('@fastify/env')

const schema = {
  type: 'object',
  required: ['MONGO_URL', 'ADMIN_PORT'],
  properties: { MONGO_URL: { type: 'string' }, ADMIN_PORT: { type: 'number', default: 9000 } },
}
fastify.register(fastifyEnv, { confKey: 'config', schema, dotenv: true })
fastify.register(require('./routes'), { schema: { type: 'object', properties: { NOT_OURS: { type: 'string' } } } })
fastify.listen({ port: 3000 })
