// Starts the shop: opens the database, listens, and on SIGTERM finishes the requests under way before it goes.
'use strict'

const { createApp } = require('./app')
const { openOrders } = require('./orders')

const port = Number(process.env.PORT || 3000)
const host = '0.0.0.0'

async function main () {
  const orders = await openOrders(process.env.DATABASE_URL)
  const server = createApp(orders).listen(port, host, (error) => {
    if (error) throw error
    console.log(`shop-api listens on http://${host}:${port}`)
  })
  process.on('SIGTERM', () => {
    console.log('SIGTERM: finishing the requests under way')
    server.close(() => orders.close().then(() => process.exit(0)))
    server.closeIdleConnections()
  })
}

main().catch((error) => {
  console.error(error)
  process.exit(1)
})
