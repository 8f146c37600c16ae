// The shop's first table. It is made where it is not there yet: earlier versions of the shop made it as they started.
'use strict'

exports.up = (knex) => knex.raw(`
  CREATE TABLE IF NOT EXISTS orders (
    id serial PRIMARY KEY,
    item text NOT NULL,
    quantity integer NOT NULL,
    idempotency_key text UNIQUE
  )`)

exports.down = (knex) => knex.raw('DROP TABLE orders')
