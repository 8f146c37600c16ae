if (!process.env.TESTED) throw new Error('TESTED')
