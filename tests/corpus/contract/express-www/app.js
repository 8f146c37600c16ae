var express = require('express')
if (!process.env.API_KEY) throw new Error('API_KEY')
module.exports = express()
