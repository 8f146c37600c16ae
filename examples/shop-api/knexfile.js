// How `npm run migrate` reaches the database: by DATABASE_URL, as the shop does.
'use strict'

module.exports = {
  client: 'pg',
  connection: process.env.DATABASE_URL,
  migrations: { directory: './migrations' }
}
