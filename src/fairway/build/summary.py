"""Reading a build's log as it passes: whether everything came from the cache, how many tests passed, and which
failed."""

import re
from collections.abc import Sequence

from fairway.ports.builder import LogSink

COUNTS = (
    re.compile(r"^Tests:\s+(?:.*?, )?(\d+) passed"),  # Jest
    re.compile(r"^\s*Tests\s+(?:.*\| )?(\d+) passed"),  # Vitest
    re.compile(r"^\s*(\d+) passing\b"),  # Mocha
    re.compile(r"^(?:#|ℹ) pass (\d+)"),  # node:test, TAP
    re.compile(r"(?:^|\s|=)(\d+) passed\b.* in [\d.]+s"),  # pytest
    re.compile(r"^Ran (\d+) tests? in "),  # unittest
    re.compile(r"^\s*(\d+) tests? passed"),  # AVA
)
FAILURE = re.compile(
    r"^\s*(?:not ok \d+ - \S"  # node:test, TAP
    r"|[✖✘×] \S"  # node:test, AVA, Vitest
    r"|● \S"  # Jest
    r"|\d+ failing\b"  # Mocha
    r"|FAIL(?:ED)? \S|(?:FAIL|ERROR): \S+ \()"  # Jest, Vitest, pytest; unittest
)
COLOUR = re.compile(r"\x1b\[[0-9;]*m")
STEP = re.compile(r"(\[[^\]]*\]) (.*)")
DOING = ("RUN ", "COPY ", "ADD ")
INSTALL = re.compile(
    r"\b(npm (?:ci|install)(?! (?:--global|-g)\b)|yarn install|pnpm install"
    r"|(?<!/)(?<!uv )pip install|poetry install|uv sync)\b"
)
"""What installs the app's packages. A recipe has other such commands for its own tools: `npm install --global pnpm`,
`/opt/poetry/bin/pip install poetry`, `uv pip install gunicorn`."""


class Steps:
    """A log sink that hands every line on, and remembers the builder's own wording of steps (see ports.builder).

    It serves the builds of one commit, one after the other: a step that ran in the first one was not cached, though
    the second one finds it so.
    """

    def __init__(self, log: LogSink) -> None:
        self._log = log
        self._names: dict[str, str] = {}
        self._ran: set[str] = set()
        self._cached: set[str] = set()
        self.failed = ""
        """The place of the step that failed: `[test 3/3]`."""
        self.lines: list[str] = []
        """What the steps printed, without the indent."""

    def __call__(self, line: str) -> None:
        """Take a line."""
        self._log(line)
        if line.startswith("  "):
            self.lines.append(line[2:])
        elif match := STEP.fullmatch(line):
            self._take(match[1], match[2])

    @property
    def cached(self) -> tuple[str, ...]:
        """The RUN instructions that came from the cache."""
        found = (self._names.get(place, "") for place in sorted(self._cached - self._ran))
        return tuple(name for name in found if name.startswith("RUN "))

    @property
    def all_cached(self) -> bool:
        """Whether there were RUN instructions, none ran anew, and no file was copied anew: changed code is not cached,
        though nothing has to be run for it."""
        return bool(self.cached) and not any(self._names.get(place, "").startswith(DOING) for place in self._ran)

    def describe(self) -> str:
        """`npm ci cached`, `everything cached`, or nothing."""
        if self.all_cached:
            return "everything cached"
        found = next((match for name in self.cached if (match := INSTALL.search(name))), None)
        return f"{found[1]} cached" if found else ""

    def _take(self, place: str, text: str) -> None:
        if text == "cached":
            self._cached.add(place)
        elif text.startswith("done "):
            self._ran.add(place)
        elif text.startswith("failed: "):
            self.failed = place
        else:
            self._names[place] = text


def count_tests(lines: Sequence[str]) -> int | None:
    """How many tests passed, by the last line in a known test runner's wording; None when there is no such line."""
    for line in reversed(lines):
        plain = COLOUR.sub("", line)
        for pattern in COUNTS:
            if match := pattern.search(plain):
                return int(match[1])
    return None


def first_failure(lines: Sequence[str]) -> str:
    """The first line that names a test which failed, in a known test runner's wording; else the last line."""
    plain = [text for line in lines if (text := COLOUR.sub("", line).strip())]
    return next((text for text in plain if FAILURE.match(text)), plain[-1] if plain else "")
