from prettyconf import config
KEY = config("KEY")
DEBUG = config("DEBUG_ON", default=False, cast=config.boolean)
