import validateEnv from '@utils/validate'
import made from './made'
import other from './other'
const check = require('./check')

validateEnv()
made()
check()
export const later = () => other()
