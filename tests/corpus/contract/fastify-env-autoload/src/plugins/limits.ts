import limit from '@fastify/rate-limit'

export const autoConfig = { schema: { properties: { NOT_OURS: { type: 'string' } } } }
export default limit
