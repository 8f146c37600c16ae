import { optional, required } from './env'
const secret = required('SESSION_SECRET')
const level = optional('LOG_LEVEL', 'info')
const own = (name: string) => { const value = process.env[name]; if (!value) throw new Error(name); return value }
export const config = { key: own('API_KEY'), secret, level }
app.get('/', () => required('LATER'))
required(config.key)
