if (!process.env.OTHER) throw new Error('OTHER')
