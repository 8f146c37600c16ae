'use strict'

module.exports = { greeting: 'Welcome to the shop' }
