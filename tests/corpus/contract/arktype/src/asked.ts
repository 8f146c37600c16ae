import { type } from 'arktype'

const schema = type({ ASKED: 'string' })
const found = schema(process.env)
if (found instanceof type.errors) throw new Error(found.summary)

export const looked = type({ LOOKED_AT: 'string' })(process.env)
