import { object, optional, parse, string } from 'valibot'

const schema = object({ SINGLE: string(), SPARE: optional(string()) })
export const env = parse(schema, process.env as Record<string, string>)
