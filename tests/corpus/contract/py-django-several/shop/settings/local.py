import os
KEY = os.environ["LOCAL_KEY"]
