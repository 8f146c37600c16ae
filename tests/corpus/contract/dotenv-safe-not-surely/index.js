import safe from 'dotenv-safe'

if (process.env.NODE_ENV !== 'production') safe.config()
