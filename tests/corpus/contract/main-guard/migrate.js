exports.run = () => {}
if (require.main === module) { if (!process.env.MIGRATES) throw new Error('MIGRATES') }
