import os
from os import environ, getenv

URL = os.environ["DATABASE_URL"]
LEVEL = os.environ.get("LEVEL", "info")
TOKEN = os.getenv("TOKEN")
OTHER = getenv("OTHER") or "x"
SIZE = int(environ.get("SIZE", 5))
COUNT = int(os.getenv("COUNT"))
DEBUG = os.environ.get("DEBUG_ON", "False").lower() in ("true", "1")
SECRET = environ.get("SECRET")
if not SECRET:
    raise RuntimeError("SECRET is missing")
if "REGION" not in os.environ:
    raise SystemExit("REGION")
try:
    OPTIONAL = os.environ["OPTIONAL"]
except KeyError:
    OPTIONAL = None


def view():
    return os.environ["IN_VIEW"]


PARTS = os.getenv("PARTS").split(",")
app = make()
