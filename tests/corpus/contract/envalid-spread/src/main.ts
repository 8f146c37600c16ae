import { cleanEnv, str } from 'envalid'
const given = process.env
cleanEnv(given, {
  ALWAYS: str(),
  ...(given.STORAGE === 's3' && { BUCKET: str(), REGION: str({ default: 'eu' }) }),
})
