"""References of one variable of an env file to another, by the rules of dotenv-expand: `$NAME`, `${NAME}`,
`${NAME:-default}` (NAME is missing or empty), `\\$` for a dollar sign. In single quotes nothing is replaced.

Two things are stricter, since what they give there is an empty or a wrong setting: a name that nothing defines, and
variables that refer to each other in a circle, are mistakes.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass

REFERENCE = re.compile(
    r"\\(?P<dollar>\$)|\$\{(?P<braced>[A-Za-z_][A-Za-z0-9_]*)(?::-(?P<default>[^}]*))?\}|\$(?P<bare>[A-Za-z_][A-Za-z0-9_]*)"
)
LONGEST = 128 * 1024
"""Characters of a value with all that it refers to; ten lines that double each other are more than a memory holds."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """A value as a file has it, on which line, and whether it is to be taken as it stands (single quotes)."""

    value: str
    line: int = 0
    literal: bool = False

    @property
    def refers(self) -> bool:
        """Whether it has something that could be meant as a reference."""
        return not self.literal and any(match["dollar"] is None for match in REFERENCE.finditer(self.value))


class Wrong(ValueError):
    """A reference that can't be followed; the text says why, without a value."""


def expand(
    written: Mapping[str, Written], outside: Mapping[str, str] | None = None
) -> tuple[Mapping[str, str], Mapping[str, str]]:
    """The values with their references replaced, and by name what is wrong with those that can't be. What no line
    defines is looked up `outside`."""
    values: dict[str, str] = {}
    problems: dict[str, str] = {}
    for name in written:
        try:
            follow(name, written, outside or {}, values, ())
        except Wrong as error:
            problems[name] = str(error)
    return values, problems


def follow(
    name: str,
    written: Mapping[str, Written],
    outside: Mapping[str, str],
    done: dict[str, str],
    above: tuple[str, ...],
) -> str:
    """One value, which goes into what is `done`. `above` are the names that lead to it. Raises Wrong."""
    if name in done:
        return done[name]
    if name in above:
        raise Wrong(f"it refers to itself, by {' and '.join((*above, name)[1:])}")
    if len(above) > 50:
        raise Wrong("its references are more than 50 deep")
    own = written[name]
    if own.literal:
        done[name] = own.value
        return own.value

    def replace(match: re.Match[str]) -> str:
        if match["dollar"]:
            return "$"
        wanted = match["braced"] or match["bare"]
        if wanted in written:
            found = follow(wanted, written, outside, done, (*above, name))
        elif wanted in outside:
            found = outside[wanted]
        elif match["default"] is not None:
            return match["default"]
        else:
            raise Wrong(f"nothing defines {wanted}, to which it refers")
        return match["default"] if match["default"] is not None and not found else found

    parts: list[str] = []
    length = end = 0
    for match in REFERENCE.finditer(own.value):
        parts += [own.value[end : match.start()], replace(match)]
        length += len(parts[-1])
        if length > LONGEST:
            raise Wrong("it is more than 128 kB long with what it refers to")
        end = match.end()
    done[name] = "".join([*parts, own.value[end:]])
    return done[name]
