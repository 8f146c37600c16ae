const { A, B = 'two', C: c, D: d = 4, ...rest } = process.env
const { env } = process
const { E } = env
const { env: { F } } = process
const { env: other } = require('process')
const G = other.G
if (!A) throw new Error('A is missing')
