if (!process.env.CLI) throw new Error('CLI')
