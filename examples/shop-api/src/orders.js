// Where orders are kept: PostgreSQL when DATABASE_URL names one (`npm run migrate` makes its table), the process's own
// memory otherwise (for the tests).
'use strict'

const { Pool } = require('pg')

async function openOrders (url) {
  if (!url) return memoryOrders()
  const pool = new Pool({ connectionString: url, max: 5, connectionTimeoutMillis: 5000 })
  pool.on('error', (error) => console.error('database connection lost:', error.message))
  return {
    check: () => pool.query('SELECT 1 FROM orders LIMIT 0'),
    // The same key a second time gives the order of the first: a request may be sent again when a task died over it.
    add: async (item, quantity, key) =>
      (await pool.query(
        `INSERT INTO orders (item, quantity, idempotency_key) VALUES ($1, $2, $3)
         ON CONFLICT (idempotency_key) DO UPDATE SET idempotency_key = EXCLUDED.idempotency_key
         RETURNING id, item, quantity`, [item, quantity, key])).rows[0],
    find: async (id) =>
      Number.isSafeInteger(id)
        ? (await pool.query('SELECT id, item, quantity FROM orders WHERE id = $1', [id])).rows[0]
        : undefined,
    close: () => pool.end()
  }
}

function memoryOrders () {
  const rows = []
  const byKey = new Map()
  return {
    check: async () => {},
    add: async (item, quantity, key) => {
      if (key && byKey.has(key)) return byKey.get(key)
      const order = { id: rows.length + 1, item, quantity }
      rows.push(order)
      if (key) byKey.set(key, order)
      return order
    },
    find: async (id) => rows[id - 1],
    close: async () => {}
  }
}

module.exports = { openOrders }
