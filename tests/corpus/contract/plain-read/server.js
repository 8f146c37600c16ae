const url = process.env.DATABASE_URL
connect(url, process.env.DATABASE_USER)
