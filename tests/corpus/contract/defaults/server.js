const port = process.env.PORT_MAIN || 3000
const level = process.env.LOG_LEVEL ?? 'info'
const both = process.env.FIRST || process.env.SECOND || 'third'
const empty = process.env.EMPTY || ''
const number = Number(process.env.POOL) || 10
const parsed = parseInt(process.env.RETRIES ?? '3', 10)
const made = process.env.MADE || makeOne()
