"""The demo, as somebody who has just cloned the repository sees it."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.exhaustive

ROOT = Path(__file__).parents[2]


def run(home: Path, *command: str) -> subprocess.CompletedProcess[str]:
    environ = {**os.environ, "FAIRWAY_HOME": str(home)}
    return subprocess.run(command, env=environ, cwd=ROOT, capture_output=True, text=True, timeout=800, check=False)


def fairway(home: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return run(home, sys.executable, "-m", "fairway", *arguments)


@pytest.mark.timeout(900)
def test_the_demo_holds_can_be_looked_at_and_leaves_nothing(tmp_path: Path) -> None:
    home = tmp_path / "a home"

    told = fairway(home, "demo", "--json")
    try:
        assert told.returncode == 0, told.stderr
        story = json.loads(told.stdout)
        seen = run(home, "sh", "-c", f". '{story['shell']}'; pwd; fairway status")
    finally:
        cleaned = fairway(home, "demo", "--clean")

    assert [step["failed"] or 0 for step in story["steps"]] == [0] * 8
    assert sum(step["requests"] or 0 for step in story["steps"]) > 1000
    assert seen.returncode == 0, seen.stderr
    assert seen.stdout.startswith(f"{story['repository']}\nshop-api") and "healthy" in seen.stdout
    assert cleaned.returncode == 0, cleaned.stderr
    assert not (home / "demo").exists()
