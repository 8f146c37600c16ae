from decouple import config
KEY = config("KEY")
DEBUG = config("DEBUG_ON", default=False, cast=bool)
PORT = config("ADMIN_PORT", cast=int)
app = None
