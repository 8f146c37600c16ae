const path = require('path')

require('dotenv-safe').config({
  path: path.join(__dirname, '../.env'),
  example: path.join(__dirname, '../.env.sample'),
})

module.exports = { secret: process.env.JWT_SECRET, level: process.env.LEVEL || 'info' }
