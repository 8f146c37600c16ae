"""Variables that a process says it lacks, as the libraries say it that check them at the start.

envalid, zod (alone, with t3-env, flattened or prettified), joi (NestJS), env-var, dotenv-safe, Prisma; os.environ,
pydantic-settings, decouple, django-environ, Starlette; and what people write by hand.
"""

import re
from collections.abc import Iterator

from fairway.domain.desired import TaskSpec
from fairway.domain.diagnosis_text import Finding, listed

NAME = r"[A-Z][A-Z0-9_]*[A-Z0-9]"
LONG = r"[A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+"
"""A name with an underscore: surely a variable, whatever stands around it."""
VARIABLE = r"(?:[Ee]nv(?:ironment)?[ _-]?(?:[Vv]ar(?:iable)?s?)|[Cc]onfig(?:uration)?(?: variable)?|ENV)"
UNSET = r"(?:required|missing|undefined|not (?:set|defined|found|provided|configured|present)|unset|empty)"

LINES = tuple(
    re.compile(pattern)
    for pattern in (
        rf"[Ee]nvironment variable not found: ({NAME})",
        rf"Cannot resolve environment variable: ({NAME})",
        rf"[Ss]et the ({NAME}) environment variable",
        rf"env-var: \"({NAME})\" is a required variable",
        rf"UndefinedValueError: ({NAME}) not found",
        rf"KeyError: [\"']({LONG}|PORT|HOST|TOKEN|SECRET)[\"']",
        rf"Config '({NAME})' is missing",
        rf"[Mm]issing (?:required )?{VARIABLE}:? [\"'`]?({NAME})\b",
        rf"[Mm]issing (?:required )?[\"'`]?({LONG})\b",
        rf"{VARIABLE} [\"'`]?({NAME})[\"'`]? (?:is|was|are|has)?(?: \w+)? ?{UNSET}",
        rf"[\"'`]?\b({LONG})[\"'`]? (?:{VARIABLE} )?(?:is|was|are|must be|has to be)(?: \w+)? ?{UNSET}",
        rf"\b({LONG}) must be (?:set|defined|provided|specified|configured)",
        rf"[Pp]lease (?:set|define|provide|specify|add) (?:the |a |an |your )?(?:{VARIABLE} )?[\"'`]?({LONG})",
        rf"[Nn]o [\"'`]?({LONG})[\"'`]? (?:\w+ )?(?:set|provided|defined|found|specified)",
        rf"(?:process\.env\.)({NAME}) (?:is|was) {UNSET}",
    )
)
JOI = re.compile(rf"\"({NAME})\" is required")
FLAT = re.compile(rf"({NAME}):? \[ ?['\"](?:Required|Invalid input: expected \w+, received undefined)['\"]")
PATH = re.compile(rf"path: \[ ['\"]({NAME})['\"] \]|\"({NAME})\"$|→ at ({NAME})$")
UNDEFINED = re.compile(
    r"received undefined|received:? [\"']?undefined|[\"']?message[\"']?: [\"']Required[\"']|\bRequired\b"
)
ENVALID = re.compile(r"^ ?Missing environment variables:")
ENVALID_LINE = re.compile(rf"^ {{4}}({NAME}): ")
SAFE = re.compile(r"variables were defined in \S+ but are not present in the environment")
PYDANTIC = re.compile(r"^\s+Field required \[type=missing")
NEAR = 4
"""Lines between a path and its message in what zod prints."""


def read(log: tuple[str, ...], spec: TaskSpec) -> Finding | None:
    """The variables that the log names as missing, in the order of their names; None when it names none."""
    found = {name: line for name, line in names(log) if not is_code(log[line])}
    if not found:
        return None
    missing = sorted(found)
    what = f"the variable {missing[0]} is" if len(missing) == 1 else f"the variables {listed(missing)} are"
    line = min(found.values())
    return Finding(
        sentence=f"{what} not set in {spec.environment}",
        seen=log[line].strip(),
        fix=f"fairway env set -e {spec.environment} {' '.join(missing)}",
        line=line,
    )


def names(log: tuple[str, ...]) -> Iterator[tuple[str, int]]:
    """Each name with the index of a line that shows it."""
    for index, line in enumerate(log):
        for pattern in LINES:
            if match := pattern.search(line):
                yield match[1], index
                break
        for match in JOI.finditer(line):
            yield match[1], index
        for match in FLAT.finditer(line):
            yield match[1], index
        if ENVALID.search(line):
            yield from envalid(log, index)
        if SAFE.search(line) and index + 1 < len(log):
            yield from ((name, index + 1) for name in re.findall(NAME, log[index + 1]))
        if PYDANTIC.search(line) and index > 0 and re.fullmatch(r"\w+", log[index - 1]):
            yield log[index - 1].upper(), index - 1
        if (match := PATH.search(line)) and undefined_near(log, index):
            yield next(group for group in match.groups() if group), index


def envalid(log: tuple[str, ...], header: int) -> Iterator[tuple[str, int]]:
    """The indented lines below its heading."""
    for index in range(header + 1, len(log)):
        match = ENVALID_LINE.match(log[index])
        if match is None:
            return
        yield match[1], index


def undefined_near(log: tuple[str, ...], index: int) -> bool:
    """Whether the same issue of zod says that the value was undefined, not merely wrong.

    An issue is the lines up to its closing bracket; in the pretty form the line above.
    """
    if "→ at" in log[index]:
        return index > 0 and bool(UNDEFINED.search(log[index - 1]))
    after = []
    for line in log[index : index + NEAR]:
        after.append(line)
        if re.match(r"\s*\},?$", line):
            break
    return any(UNDEFINED.search(line) for line in after)


def is_code(line: str) -> bool:
    """Whether it is a line of source that Node.js prints above an error: the check itself, not its verdict."""
    return bool(re.match(r"\s*(?:throw|if|const|let|var|return|raise|assert)\b", line)) or line.lstrip().startswith(
        "//"
    )
