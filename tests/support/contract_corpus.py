"""The corpus of small sources, each with the contract that it should give.

A line of `contract.txt`: NAME NEED TYPE DEFAULT PLACE..., `-` where there is none, `""` for an empty default; the last
one may be `dynamic PLACE...`.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from fairway.build import contracts
from fairway.domain.contract import Contract, Variable
from fairway.manifest import load

FOLDER = Path(__file__).parents[1] / "corpus" / "contract"
EXPECTED = "contract.txt"


@dataclass(frozen=True, slots=True)
class Case:
    """One small repository and the lines that it should give."""

    folder: Path

    @property
    def name(self) -> str:
        return self.folder.name

    @property
    def expected(self) -> list[str]:
        return (self.folder / EXPECTED).read_text(encoding="utf-8").splitlines()

    def read(self) -> list[str]:
        """The lines that it gives."""
        file = self.folder / "fairway.toml"
        app = load.load(file.read_text() if file.is_file() else 'app = "app"\n')
        return lines(contracts.read(self.folder, app))


def cases() -> list[Case]:
    """All of them, by name."""
    return [Case(folder) for folder in sorted(FOLDER.iterdir()) if folder.is_dir()]


def lines(contract: Contract) -> list[str]:
    """A contract as the corpus writes it."""
    return [line(each) for each in contract.variables] + list(dynamic(contract))


def line(variable: Variable) -> str:
    kind = "-" if variable.kind is None else variable.kind.value
    if variable.choices:
        kind += f"({'|'.join(variable.choices)})"
    default = {None: "-", "": '""'}.get(variable.default, variable.default)
    places = sorted({use.where for use in variable.uses})
    return " ".join([variable.name, variable.need.value, kind, str(default), *places])


def dynamic(contract: Contract) -> Iterator[str]:
    if contract.dynamic:
        yield " ".join(["dynamic", *sorted(contract.dynamic)])


def arranged(texts: list[str]) -> list[str]:
    """The lines in an order of their own, each with its places sorted."""
    found = []
    for text in texts:
        words = text.split()
        head = 1 if words[0] == "dynamic" else 4
        found.append(" ".join([*words[:head], *sorted(words[head:])]))
    return sorted(found)
