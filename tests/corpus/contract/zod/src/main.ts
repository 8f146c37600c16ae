import { z } from 'zod'

const schema = z.object({
  DATABASE_URL: z.string().url(),
  WORKERS: z.coerce.number().int().default(4),
  LEVEL: z.enum(['debug', 'info']).optional(),
  SECRET: z.string().min(32),
  COERCED: z.coerce.string(),
  CUSTOM: myType,
  SPLIT: z.string().transform((value) => value.split(',')),
  UNION: z.union([z.string(), z.undefined()]),
})

export const env = schema.parse(process.env)
