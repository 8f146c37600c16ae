from settings import KEY
app = None
