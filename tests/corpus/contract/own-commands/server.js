if (!process.env.SERVER) throw new Error('SERVER')
