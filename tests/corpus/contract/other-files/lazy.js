if (!process.env.LAZY) throw new Error('LAZY')
