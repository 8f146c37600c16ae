"""A server killed at every checkpoint of the story, and the one that comes after it: `python -m support.fault_driver
ROOT 1 after between` prints what came of each death after a checkpoint and within a step, as JSON; `before` is the
third. With 8 in the place of 1 it dies at each step, and at every eighth of the writes.
"""

import functools
import json
import shutil
import sys
from collections.abc import Iterator, Set
from dataclasses import asdict
from pathlib import Path
from typing import Any

from support import fault_story
from support.fault_lives import KILLED, live, spread
from support.fault_watch import Kill

PLACES = {True: ("before", "between", "after"), False: ("before", "after")}
NOTES = ("trace", "done", "log", "outcome.json")


def main(root: Path, share: int, wanted: Set[str]) -> None:
    """The story once without a death; then, for each checkpoint, the chapter that comes to it first with one."""
    works, kills, seen = [], [], set()
    (root / "0").mkdir(parents=True)
    (root / "cases").mkdir()
    for chapter in range(len(fault_story.CHAPTERS)):
        for name in tell(root, chapter):
            if name not in seen:
                seen.add(name)
                step = name.startswith("step ")
                if step or len(seen) % share == 0:
                    kills += [Kill(name=name, when=when) for when in PLACES[step] if when in wanted]
                works += [functools.partial(attempt, root, chapter, kill) for kill in kills[len(works) :]]
    answers = spread(works, root / "cases")
    cases = [{**asdict(kill), "problem": answer} for kill, answer in zip(kills, answers, strict=True)]
    sys.stdout.write(json.dumps({"reached": sorted(seen), "cases": cases}))


def tell(root: Path, chapter: int) -> Iterator[str]:
    """Tell the chapter without a death; the checkpoints that it comes to."""
    home = prepare(root, chapter, root / str(chapter + 1))
    if (status := live(lambda: fault_story.tell(home, chapter, None), home / "log")) != 0:
        raise SystemExit(f"chapter {chapter} itself ended with {status}: {talk(home)}")
    yield from (home / "trace").read_text().splitlines()


def prepare(root: Path, chapter: int, home: Path) -> Path:
    """A home as it was before the chapter."""
    shutil.copytree(root / str(chapter), home, ignore=shutil.ignore_patterns(*NOTES))
    return home


def attempt(root: Path, chapter: int, kill: Kill) -> str:
    """What is wrong after a death at the checkpoint and a second life; "" for nothing."""
    home = prepare(root, chapter, root / "cases" / f"{chapter}-{abs(hash(kill))}")
    try:
        if (first := live(lambda: fault_story.tell(home, chapter, kill), home / "log")) != KILLED:
            return f"it was never killed there: the process ended with {first}: {talk(home)}"
        if (second := live(lambda: fault_story.tell(home, chapter, None), home / "log")) != 0:
            return f"the next server ended with {second}: {talk(home)}"
        expected = json.loads((root / str(chapter + 1) / "outcome.json").read_text())
        return compare(json.loads((home / "outcome.json").read_text()), expected) or repeated(home, kill) or talk(home)
    finally:
        shutil.rmtree(home)


def compare(found: dict[str, Any], expected: dict[str, Any]) -> str:
    """In what it has ended otherwise."""
    wrong = {key: {"found": found[key], "expected": expected[key]} for key in expected if found[key] != expected[key]}
    return json.dumps(wrong) if wrong else ""


def repeated(home: Path, kill: Kill) -> str:
    """The steps that were done twice, but for the one whose result was just not kept."""
    lines = (home / "done").read_text().splitlines() if (home / "done").exists() else []
    twice = sorted({line for line in lines if line.startswith("did ") and lines.count(line) > 1})
    excused = kill.when == "between" and len(twice) == 1
    return "" if not twice or excused else f"done twice: {twice}"


def talk(home: Path) -> str:
    """What the servers complained of."""
    return (home / "log").read_text()[-3000:]


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]), frozenset(sys.argv[3:]))
