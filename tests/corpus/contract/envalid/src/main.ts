import { bool, cleanEnv, num, port, str, testOnly, url } from 'envalid'

export const env = cleanEnv(process.env, {
  API_KEY: str(),
  ADMIN_PORT: port({ default: 9000 }),
  DEBUG_ON: bool({ default: false }),
  UPSTREAM: url(),
  LEVEL: str({ choices: ['low', 'high'] }),
  DEV_ONLY: num({ devDefault: 3 }),
  ORIGIN: str({ devDefault: testOnly('*') }),
})
