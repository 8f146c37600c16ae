if (!process.env.ONE) throw new Error('ONE')
if (!process.env.TWO || !process.env.THREE) {
  console.error('missing')
  process.exit(1)
}
if (process.env.FOUR === undefined) throw new Error('FOUR')
if (process.env.FIVE == null) { throw new Error('FIVE') }
if (process.env.SIX) { start() } else { throw new Error('SIX') }
if (!('SEVEN' in process.env)) throw new Error('SEVEN')
const eight = process.env.EIGHT
if (!eight) { throw new Error('EIGHT') }
if (typeof process.env.NINE === 'undefined') throw new Error('NINE')
