const a = process.env.READ
