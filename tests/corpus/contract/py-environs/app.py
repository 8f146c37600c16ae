from environs import Env
env = Env()
env.read_env()
DEBUG = env.bool("DEBUG_ON", False)
LEVEL = env.str("LEVEL", default="info")
NAME = env("NAME", "shop")
SIZE = env("SIZE", int, 3)
KEY = env.str("KEY")
app = None
