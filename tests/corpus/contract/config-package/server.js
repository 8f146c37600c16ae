const config = require('config')
start(config.get('db.url'))
