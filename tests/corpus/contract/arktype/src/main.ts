import { type } from 'arktype'
import './asked'
import './ours'

const schema = type({
  API_KEY: 'string',
  UPSTREAM: 'string.url',
  ADMIN_PORT: "string.integer.parse = '9000'",
  LEVEL: "'low' | 'high'",
  MODE: "'a' | 'b' = 'a'",
  'NICK?': 'string',
  WIDE: 'string | number',
  MAYBE: 'string | undefined',
  LISTED: ['string', '=', 'x'],
  CALLED: type('string').pipe((text) => Number(text)),
  FILLED: type('string.email').default('a@example.com'),
  SPARE: type('string').optional(),
  AT_LEAST: 'string >= 8',
  OWN: own('string'),
  KEYWORD: type.string,
})

export const env = schema.assert(process.env)
