"""How long it takes to mask 100,000 lines of log, by the number of secrets, against copying the lines.

python bench/redaction.py
"""

import random
import string
import time

from fairway.domain.redaction import Redactor

LINES = 100_000
SECRETS = (0, 1, 10, 50, 200)
WORDS = (
    "GET",
    "/api/orders",
    "200",
    "12ms",
    "user",
    "id=4711",
    "listening",
    "port",
    '{"level":"info","msg":"request"}',
)


def main() -> None:
    """Measure and print."""
    chance = random.Random(1)
    lines = [" ".join(chance.choice(WORDS) for _ in range(10)) for _ in range(LINES)]
    letters = string.ascii_letters + string.digits + "+/-_"
    secrets = ["".join(chance.choice(letters) for _ in range(chance.choice((12, 24, 40)))) for _ in range(max(SECRETS))]
    size = sum(map(len, lines)) / 1e6
    print(f"{LINES} lines, {size:.1f} MB")
    floor = took(lambda: [line + "\n" for line in lines])
    print(f"copied              {floor:6.3f} s")
    for count in SECRETS:
        begun = time.perf_counter()
        redactor = Redactor(secrets[:count])
        made = time.perf_counter() - begun
        seconds = took(lambda redactor=redactor: [redactor(line) for line in lines])
        print(
            f"{count:4} secrets       {seconds:6.3f} s   {LINES / seconds:9.0f} lines/s   made in {made * 1000:5.1f} ms"
        )


def took(work) -> float:
    """Seconds of the fastest of three runs."""
    found = []
    for _ in range(3):
        begun = time.perf_counter()
        work()
        found.append(time.perf_counter() - begun)
    return min(found)


if __name__ == "__main__":
    main()
