import { deprecate, parseEnv, port, z } from 'znv'

export const { NICKNAME, LLAMAS } = parseEnv(process.env, {
  NICKNAME: z.string().min(1),
  LLAMAS: z.number().int().positive(),
  COLOR: z.enum(['red', 'blue']),
  SHINY: z.boolean().default(true),
  EDITORS: z.array(z.string()),
  ADMIN_PORT: port(),
  METRICS_PORT: port().default(9000),
  NOTHING: z.string().nullable(),
  OLD: deprecate(),
  UPSTREAM: { schema: z.string().url(), description: 'where the orders go' },
  LEVEL: { schema: z.string(), defaults: { production: 'info', _: 'debug' } },
  SALT: { schema: z.string(), defaults: { development: 'salt' } },
  EITHER: z.union([z.string(), z.number()]),
})

export function later() {
  return parseEnv(process.env, { LATE: z.string() })
}
