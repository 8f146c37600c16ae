"""How long it takes to make the stacks of apps, small and large, against reading and writing them as JSON.

python bench/synthesis.py

The first figure is of a new process: it has troposphere and the templates' modules to import before it makes anything.
"""

import json
import subprocess
import sys
import time
from collections.abc import Callable

from fairway.cloudformation.synthesis import synthesize
from fairway.domain.app import App
from support import aws_apps

MOST = 0.5
"""Seconds for the largest, imports included."""
IMPORTED = """
import time
begun = time.perf_counter()
from fairway.cloudformation.synthesis import synthesize
imported = time.perf_counter()
from support import aws_apps
app = aws_apps.largest()
given = aws_apps.given_of(app)
ready = time.perf_counter()
synthesize(app, given)
print(imported - begun, time.perf_counter() - ready)
"""


def main() -> None:
    """Measure and print; the exit status is 1 when the largest takes too long."""
    imported, first = in_new_process()
    print(f"new process: {imported * 1000:6.1f} ms to import, {first * 1000:6.1f} ms for the largest")
    for name, app in {
        "minimal": aws_apps.minimal(),
        "stages": aws_apps.stages(),
        "largest": aws_apps.largest(),
    }.items():
        print(measured(name, app))
    if imported + first > MOST:
        sys.exit(f"more than {MOST} s")


def in_new_process() -> tuple[float, float]:
    """Seconds for the imports and for the largest app, the best of three processes."""
    told = [
        subprocess.run([sys.executable, "-c", IMPORTED], capture_output=True, text=True, check=True).stdout.split()
        for _ in range(3)
    ]
    return min((float(imported), float(first)) for imported, first in told)


def measured(name: str, app: App) -> str:
    """One line."""
    given = aws_apps.given_of(app)
    stacks = synthesize(app, given)
    texts = [json.dumps(stack.template) for stack in stacks]
    resources = sum(len(stack.template["Resources"]) for stack in stacks)
    made = took(lambda: synthesize(app, given))
    floor = took(lambda: [json.dumps(json.loads(text)) for text in texts])
    return (
        f"{name:8} {len(stacks):3} stacks {resources:5} resources {max(map(len, texts)):7} bytes at most"
        f"  {made * 1000:7.1f} ms   JSON alone {floor * 1000:6.1f} ms"
    )


def took(work: Callable[[], object]) -> float:
    """Seconds of the fastest of five runs."""
    found = []
    for _ in range(5):
        begun = time.perf_counter()
        work()
        found.append(time.perf_counter() - begun)
    return min(found)


if __name__ == "__main__":
    main()
