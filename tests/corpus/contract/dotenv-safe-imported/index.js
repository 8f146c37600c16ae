import 'dotenv-safe/config'
