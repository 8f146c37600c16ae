module.exports = {
  production: { client: "pg", connection: process.env.DATABASE_URL, pool: { max: Number(process.env.POOL_MAX || 10) } }
}
