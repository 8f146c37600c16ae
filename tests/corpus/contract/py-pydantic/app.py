from settings import settings

app = make(settings)
