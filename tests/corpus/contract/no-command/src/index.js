if (!process.env.STARTED) throw new Error('STARTED')
