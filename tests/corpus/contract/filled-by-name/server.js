for (const [name, value] of Object.entries(require('./secrets.json'))) process.env[name] = value
if (!process.env.FROM_FILE) throw new Error('FROM_FILE')
