from environs import Env
env = Env()
with env.prefixed("SHOP_"):
    KEY = env.str("KEY")
app = None
