const env = require('@fastify/env')

module.exports = env
module.exports.autoConfig = (fastify) => ({ schema: { required: ['MAIL_KEY'], properties: { MAIL_KEY: { type: 'string' } } } })
