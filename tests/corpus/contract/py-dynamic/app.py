import os
import sys

NAME = "BY_CONSTANT"
A = os.environ[NAME]
B = os.environ[sys.argv[1]]
C = os.getenv(f"X_{A}")
for key in ["LOOP_A", "LOOP_B"]:
    print(os.environ[key])
os.environ.setdefault("MODE", "web")
app = None
