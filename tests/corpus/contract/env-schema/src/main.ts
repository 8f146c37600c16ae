import envSchema, { JSONSchemaType } from 'env-schema'

const schema: JSONSchemaType<Env> = {
  type: 'object',
  required: ['DATABASE_URL', 'WORKERS', 'LEVEL', 'UNDESCRIBED'],
  properties: {
    DATABASE_URL: { type: 'string', format: 'uri' },
    WORKERS: { type: 'integer', default: 4 },
    LEVEL: { type: 'string', enum: ['low', 'high'] },
    VERBOSE: { type: 'boolean' },
    HOSTS: { type: 'string', separator: ',', default: '' },
    ...extra,
  },
}

export const config = envSchema<Env>({ schema, dotenv: true })

export function later() {
  return envSchema({ schema: { type: 'object', required: ['LATE'], properties: { LATE: { type: 'string' } } } })
}

export const mixed = envSchema({
  data: { ...defaults },
  schema: { type: 'object', required: ['MIXED'], properties: { MIXED: { type: 'string' } } },
})

export const listed = envSchema({
  data: process.env,
  schema: { type: 'object', required: Object.keys(wanted), properties: { LISTED: { type: 'number' } } },
})

export const other = envSchema({
  env: false,
  data: somethingElse,
  schema: { type: 'object', required: ['OTHER'], properties: { OTHER: { type: 'string' } } },
})
