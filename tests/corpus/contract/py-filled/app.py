import os
os.environ.update(read_vault())
KEY = os.environ["KEY"]
app = None
