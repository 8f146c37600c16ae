const convict = require('convict')
const config = convict({
  port: { doc: 'the port', format: 'port', default: 8080, env: 'SERVICE_PORT' },
  db: { host: { format: String, default: 'localhost', env: 'DB_HOST' }, password: { format: String, default: null, env: 'DB_PASSWORD' } }
})
config.validate()
