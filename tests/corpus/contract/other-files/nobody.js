if (!process.env.NOBODY) throw new Error('NOBODY')
