import os
KEY = os.environ["LIVE_KEY"]
