if (!process.env.LEFT_OVER) throw new Error('LEFT_OVER')
