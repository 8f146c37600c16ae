import { createEnv } from '@t3-oss/env-core'
import { z } from 'zod'
export const env = createEnv({
  server: { AUTH_SECRET: z.string(), FEATURE: z.string().default('off') },
  clientPrefix: 'PUBLIC_',
  client: { PUBLIC_URL: z.string() },
  runtimeEnv: process.env,
})
