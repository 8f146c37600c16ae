'use strict'

const { test, before, after } = require('node:test')
const assert = require('node:assert/strict')
const { createApp } = require('../src/app')
const { openOrders } = require('../src/orders')

let server
let base

before(async () => {
  const app = createApp(await openOrders())
  await new Promise((resolve) => { server = app.listen(0, '127.0.0.1', resolve) })
  base = `http://127.0.0.1:${server.address().port}`
})

after(() => server.close())

function post (body, headers = {}) {
  return fetch(`${base}/orders`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify(body)
  })
}

test('an order that was written can be read', async () => {
  const created = await post({ item: 'buoy', quantity: 2 })
  assert.equal(created.status, 201)
  const { id } = await created.json()
  const read = await fetch(`${base}/orders/${id}`)
  assert.deepEqual(await read.json(), { id, item: 'buoy', quantity: 2 })
})

test('the same order sent twice with one key is one order', async () => {
  const [first, second] = [await post({ item: 'buoy', quantity: 1 }, { 'idempotency-key': 'k' }),
    await post({ item: 'buoy', quantity: 1 }, { 'idempotency-key': 'k' })]
  assert.deepEqual(await first.json(), await second.json())
})

test('an order without a quantity is refused', async () => {
  assert.equal((await post({ item: 'buoy' })).status, 400)
})

test('an order that nobody wrote is not found', async () => {
  assert.equal((await fetch(`${base}/orders/4711`)).status, 404)
})

test('the health endpoint answers', async () => {
  assert.equal((await fetch(`${base}/healthz`)).status, 200)
})
