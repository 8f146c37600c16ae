import path from 'node:path'
import autoload from '@fastify/autoload'

export default async function app(fastify) {
  fastify.register(autoload, { dir: path.join(import.meta.dirname, 'plugins') })
}
