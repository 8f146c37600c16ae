require('./migrate')
if (require.main === module) { if (!process.env.STARTED) throw new Error('STARTED') }
