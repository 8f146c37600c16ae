import env from '@fastify/env'

const schema = {
  type: 'object',
  required: ['COOKIE_SECRET', 'DB_HOST'],
  properties: {
    COOKIE_SECRET: { type: 'string' },
    DB_HOST: { type: 'string', default: 'localhost' },
    RATE: { type: 'number' },
  },
}

export const autoConfig = { confKey: 'config', schema, dotenv: true, data: process.env }

export default env
