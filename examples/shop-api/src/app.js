// The routes. `orders` is passed in, so that the tests bring their own.
'use strict'

const express = require('express')
const { greeting } = require('./greeting')

function createApp (orders) {
  const app = express()
  app.disable('x-powered-by')
  app.use(express.json({ limit: '10kb' }))

  app.get('/', (request, response) => {
    response.json({ greeting, release: process.env.FAIRWAY_RELEASE || null })
  })

  app.get('/healthz', async (request, response) => {
    await orders.check()
    response.json({ status: 'ok' })
  })

  app.post('/orders', async (request, response) => {
    const { item, quantity } = request.body ?? {}
    if (typeof item !== 'string' || item === '' || !Number.isInteger(quantity) || quantity < 1) {
      return response.status(400).json({ error: 'an order has an item and a quantity of at least 1' })
    }
    response.status(201).json(await orders.add(item, quantity, request.get('Idempotency-Key') ?? null))
  })

  app.get('/orders/:id', async (request, response) => {
    const order = await orders.find(Number(request.params.id))
    if (!order) return response.status(404).json({ error: 'no such order' })
    response.json(order)
  })

  return app
}

module.exports = { createApp }
