if (!process.env.LOADED) throw new Error('LOADED')
