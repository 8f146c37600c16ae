if (!process.env.SEEDED) throw new Error('SEEDED')
