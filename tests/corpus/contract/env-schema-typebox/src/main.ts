import { envSchema } from 'env-schema'
import { Static, Type } from '@sinclair/typebox'

const schema = Type.Object({
  TOKEN: Type.String({ minLength: 8 }),
  RETRIES: Type.Number({ default: 3 }),
  TRACE: Type.Optional(Type.Boolean()),
  MODE: Type.Union([Type.Literal('a'), Type.Literal('b')]),
  SHADE: Type.Union([Type.Literal('a'), Type.Literal('b')], { default: 'a' }),
})

export const env = envSchema<Static<typeof schema>>({ schema })
