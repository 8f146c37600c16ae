"""Servers killed at random under a mixed load: `python -m support.fault_random ROOT SEED KILLS` prints the figures as
JSON. The same seed makes the same load and chooses the same moments.
"""

import functools
import json
import random
import shutil
import sys
from collections import Counter
from pathlib import Path
from typing import Any

from support import fault_load
from support.fault_lives import KILLED, live, spread
from support.fault_watch import Sudden

EACH = 5
"""Deaths in a row, before a server is left alone with what the others left of one load."""
SLACK = 0.02
"""Seconds within which a server dies after its checkpoint: within the next write, step or whatever comes."""


def main(root: Path, seed: int, kills: int) -> None:
    """As many rounds as it takes."""
    root.mkdir(parents=True, exist_ok=True)
    counts = [min(EACH, kills - begun) for begun in range(0, kills, EACH)]
    works = [functools.partial(attempt, root / f"round-{seed + n}", seed + n, count) for n, count in enumerate(counts)]
    rounds = [json.loads(answer) if answer.startswith("{") else {"wrong": [answer]} for answer in spread(works, root)]
    figures: Counter[str] = Counter()
    for each in rounds:
        figures.update(each.get("figures", {}))
    wrong = [f"seed {seed + n}: {text}" for n, each in enumerate(rounds) for text in each["wrong"]]
    sys.stdout.write(json.dumps({"seed": seed, "figures": figures, "wrong": wrong}))


def attempt(home: Path, seed: int, kills: int) -> str:
    """One load: first without a death, then with some. The figures, and what is wrong, as JSON."""
    try:
        clean, bad = home / "clean", home / "bad"
        clean.mkdir(parents=True)
        bad.mkdir()
        if (status := tell(clean, seed, None)) != 0:
            return f"the load itself ended with {status}: {talk(clean)}"
        total = len((clean / "trace").read_text().splitlines())
        chance, deaths = random.Random(seed), 0
        while deaths < kills:
            # A life that comes to its end was not killed; the next one is killed within what is left.
            number = chance.randint(1, max(1, total // (kills + 1)))
            status = tell(bad, seed, Sudden(number=number, delay=chance.uniform(0.0, SLACK)))
            if status not in (0, KILLED):
                return f"a server ended with {status}: {talk(bad)}"
            deaths += status == KILLED
        if (status := tell(bad, seed, None)) != 0:
            return f"the last server ended with {status}: {talk(bad)}"
        return json.dumps(judge(clean, bad, deaths))
    finally:
        shutil.rmtree(home)


def tell(home: Path, seed: int, kill: Sudden | None) -> int | None:
    """One life."""
    return live(lambda: fault_load.tell(home, seed, kill), home / "log")


def judge(clean: Path, bad: Path, deaths: int) -> dict[str, Any]:
    """What is wrong of the one, measured by the other."""
    expected, found = (json.loads((each / "outcome.json").read_text()) for each in (clean, bad))
    steps, broken, twice = count_steps((bad / "done").read_text().splitlines())
    wrong = [f"{step} was done again, though its result was kept" for step in twice]
    wrong += [f"{app}: {text}" for app in expected for text in compare(found[app], expected[app])]
    if said := talk(bad):
        wrong.append(f"the servers complained: {said}")
    ended = Counter(line.split(":")[0].split()[-1] for app in found.values() for line in app["executions"])
    figures = {"loads": 1, "kills": deaths, "executions": ended.total(), **ended}
    return {"figures": {**figures, "steps": steps, "steps cut off and begun again": broken}, "wrong": wrong}


def count_steps(lines: list[str]) -> tuple[int, int, list[str]]:
    """How many steps were kept; how many were done more than once since a death came before their result was kept;
    those that were done again after it."""
    kept: set[str] = set()
    done: Counter[str] = Counter()
    twice = []
    for line in lines:
        verb, _, step = line.partition(" ")
        if verb == "kept":
            kept.add(step)
        elif step in kept:
            twice.append(step)
        else:
            done[step] += 1
    return len(kept), sum(count - 1 for count in done.values()), twice


def compare(found: dict[str, Any], expected: dict[str, Any]) -> list[str]:
    """What has become of an app otherwise than without a death."""
    wrong = [
        f"{key} is {found[key]}"
        for key in ("unfinished", "deploying", "workflows", "transitions")
        if found[key] not in (0, [])
    ]
    if not set(found["desired"]) <= {f"{image} 1" for image in completed(found)}:
        wrong.append(f"{found['desired']} is desired, which was never completely deployed")
    if len(found["deployments"]) != len({line.split()[0] for line in found["deployments"]}):
        wrong.append(f"a deployment was made twice: {found['deployments']}")
    if found["mode"] == "SUPERSEDED":
        return wrong + compare_superseded(found["executions"], expected["executions"], found["ends"])
    keys = ("executions",) if found["mode"] == "PARALLEL" else ("executions", "deployments", "releases", "desired")
    pairs = ((key, *(sorted(map(timeless, each[key])) for each in (found, expected))) for key in keys)
    return wrong + [f"{key}: {now} instead of {then}" for key, now, then in pairs if now != then]


def completed(found: dict[str, Any]) -> set[str]:
    """The images whose deployment was completed."""
    return {line.split()[1] for line in found["deployments"] if line.endswith(" COMPLETED")}


def timeless(line: str) -> str:
    """A line without what depends on who came first: the numbers, and what a rollback went back to."""
    head, colon, tail = line.partition(":")
    if " back to " in head:
        return f"a rollback {head.split()[-1]}:{tail}"
    return line.partition(" ")[2] if line.startswith("execution/") else f"{head}{colon}{tail}"


def compare_superseded(found: list[str], expected: list[str], ends: dict[str, str]) -> list[str]:
    """Which executions are superseded depends on who is faster. Each ends as its commit does, or was superseded and has
    a newer one; none is missing."""
    pushes = {line.split()[0]: line.split(":")[0].split()[-1] for line in found if " back to " not in line}
    missing = {line.split()[0] for line in expected} - set(pushes)
    newest = max(pushes, key=lambda commit: int(commit[1:], 16))
    wrong = [f"{commit} is missing" for commit in sorted(missing)]
    for commit, end in pushes.items():
        if end != ends[commit[0]] and (end != "SUPERSEDED" or commit == newest):
            wrong.append(f"{commit} is {end}")
    return wrong


def talk(home: Path) -> str:
    """What the servers complained of."""
    return (home / "log").read_text()[-3000:]


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3]))
