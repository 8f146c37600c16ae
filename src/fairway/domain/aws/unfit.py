"""What fairway.toml asks for and AWS can't do, by name, so that the manifest can show it at its line."""

from collections.abc import Sequence
from dataclasses import dataclass

from fairway.errors import Finding


@dataclass(frozen=True, slots=True, kw_only=True)
class Unfit:
    """`path` leads to the key (`("source", "filters", 0)`), `message` says what AWS can't do, `hint` what would do."""

    path: tuple[str | int, ...]
    message: str
    hint: str = ""

    @property
    def key(self) -> str:
        """The path as it is shown: `source.filters[0]`."""
        shown = "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in self.path)
        return shown.removeprefix(".")


def findings(problems: Sequence[Unfit], file: str = "fairway.toml") -> tuple[Finding, ...]:
    """As findings without a line, for those who have an App and no text."""
    return tuple(
        Finding(file=file, line=0, key=problem.key, message=problem.message, hint=problem.hint) for problem in problems
    )
