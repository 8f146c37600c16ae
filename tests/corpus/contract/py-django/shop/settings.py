import environ
env = environ.Env(DEBUG=(bool, False))
SECRET_KEY = env("SECRET_KEY")
DEBUG = env("DEBUG")
DATABASES = {"default": env.db()}
TIMEOUT = env.int("TIMEOUT", default=30)
