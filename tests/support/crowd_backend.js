// What the crowd (crowd.py) visits: every kind of answer that takes time, and a line for each order, so that an order that came
// twice shows whichever task took it. The line is printed, and put into the file "orders": what a task prints is lost when it dies
// while Docker is away. A stream ends with "bye": one that ends without it was cut off.
//
//   GET /        the version              GET /slow    the version after 5 s
//   POST /       notes the order          GET /events  server-sent events      GET /socket  gives every byte back
const crypto = require('crypto')
const fs = require('fs')
const http = require('http')
const version = require('./version')
const how = require('./how')
const streams = new Set()

const server = http.createServer((request, response) => {
  if (how === 'hangs') return
  if (how === 'sick' && request.url === '/healthz') return response.writeHead(500).end()
  if (request.url === '/slow') return setTimeout(() => response.end(version), 5000)
  if (request.url === '/events') return tell(response)
  if (request.method !== 'POST') return response.end(version)
  let order = ''
  request.on('data', chunk => { order += chunk })
  request.on('end', () => {
    order = order.trim()
    fs.appendFileSync('orders', `${order}\n`)
    console.log('order', order)
    response.end(order)
  })
})

function tell(response) {
  response.writeHead(200, { 'Content-Type': 'text/event-stream' })
  const timer = setInterval(() => response.write(`data: ${version}\n\n`), 100)
  const bye = () => { clearInterval(timer); response.end('data: bye\n\n') }
  streams.add(bye)
  response.on('close', () => { clearInterval(timer); streams.delete(bye) })
}

server.on('upgrade', (request, socket) => {
  const key = request.headers['sec-websocket-key'] + '258EAFA5-E914-47DA-95CA-C5AB0DC85B11'
  const accept = crypto.createHash('sha1').update(key).digest('base64')
  socket.write('HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n' +
    `Sec-WebSocket-Accept: ${accept}\r\n\r\n`)
  socket.on('data', data => socket.write(data))
  socket.on('error', () => socket.destroy())
  const bye = () => socket.end('bye')
  streams.add(bye)
  socket.on('close', () => streams.delete(bye))
})

process.on('SIGTERM', () => {
  server.close(() => process.exit(0))
  for (const bye of streams) bye()
  server.closeIdleConnections()
})

if (how === 'exits') throw new Error('no configuration here')
server.listen(Number(process.env.PORT) + (how === 'elsewhere' ? 1 : 0), '0.0.0.0')
