"""Reading what a step of a build printed: which lines say something, and which are noise.

Shared by the tables of diagnosis_install and diagnosis_build.
"""

import re
from collections.abc import Callable, Sequence

from fairway.domain.diagnosis_text import WIDTH, Finding

Match = re.Match[str]
Lines = Sequence[str]
Row = tuple[re.Pattern[str], Callable[[Match, Lines], Finding]]

NPM = r"^npm (?:ERR!|error) "
NOISE = re.compile(
    r"^\s*$|^npm (?:notice|warn|WARN)\b|^npm (?:ERR!|error)\s*$|A complete log of this run|"
    r"^npm (?:ERR!|error) (?:code|errno|path|command|syscall|signal)\b|^\s+at |^Node\.js v\d|ELIFECYCLE|"
    r"^error Command failed with exit code|^info Visit https://yarnpkg|^> |^➤ YN0000|^\$ |^yarn (?:run|install) v|"
    r"exited with code \d+$|^\s*[\^~]+\s*$|^\s*Visit https?://\S+"
)
"""Lines that stand at the end of an output and say nothing about why it ended."""
NOTICE = re.compile(
    r"^npm notice\b|^\[notice\]|^notice\b|^npm warn Unknown (?:env|user|project) config|A complete log of this run"
)
"""npm's and pip's advertisements, and npm's pointer to a file inside the build."""
USAGE = re.compile(NPM + r"(?:Usage:|Clean install a project$|Install a package$)")
"""What npm prints behind its error: how it is called, in up to twenty lines."""
USAGE_END = re.compile(NPM + r"Run \"npm help ")
TROUBLE = re.compile(r"\berror\b|\bERR|Error:|\bfailed\b|\bcannot\b|can't|not found|✘|✖", re.IGNORECASE)


def found(lines: Lines, pattern: str) -> str:
    """The first group of the first line that matches; "" when none does."""
    matches = (re.search(pattern, line) for line in lines)
    return next((match[1] for match in matches if match), "")


def telling(lines: Lines) -> str:
    """The line to show when nothing is recognised: the last that speaks of trouble, else the last that says anything;
    "" when none does."""
    said = [line.strip() for line in without_usage(lines) if not NOISE.search(line)]
    return next((line for line in reversed(said) if TROUBLE.search(line)), said[-1] if said else "")


def quiet(lines: Lines) -> tuple[str, ...]:
    """The lines without npm's and pip's advertisements, npm's usage and its pointers to files inside the build, each
    cut to a screen's width or two: pip lists every version of a package on one line."""
    kept = (line for line in without_usage(lines) if not NOTICE.search(line))
    return tuple(line if len(line) <= WIDTH else f"{line[: WIDTH - 1]}…" for line in kept)


def without_usage(lines: Lines) -> Lines:
    """The lines without what stands between npm's `Usage:` and its `Run "npm help ci" for more info`, both included. A
    usage without that end is kept: it is not known where it ends."""
    start = next((index for index, line in enumerate(lines) if USAGE.search(line)), None)
    end = next((index for index, line in enumerate(lines) if USAGE_END.search(line)), None)
    if start is None or end is None or end < start:
        return lines
    return [*lines[:start], *lines[end + 1 :]]
