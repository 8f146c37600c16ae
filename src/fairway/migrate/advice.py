"""What somebody does next, by where the guard stands: a server has commands for it, CodeBuild has the pipeline."""

from typing import Protocol

from fairway.domain.ids import EnvironmentName
from fairway.domain.passage import Passage


class Advice(Protocol):
    """The words that a passage's report ends with. Each is one sentence's part, "" where there is nothing to say."""

    def report(self, passage: Passage) -> tuple[str, ...]:
        """The commands that show the rest of it."""
        ...

    def ask(self) -> str:
        """How somebody comes to agree to what is asked."""
        ...

    def close(self) -> str:
        """How a release that does not hold on the new schema is kept from meeting it."""
        ...

    def again(self) -> str:
        """How a migration that left the database as before is tried again."""
        ...

    def backup(self, passage: Passage) -> str:
        """Where the backup is, once it has one."""
        ...

    def restore(self, passage: Passage) -> str:
        """How the backup takes the place of the database, with what that costs."""
        ...

    def reopen(self, passage: Passage) -> str:
        """How an environment that stays closed is opened."""
        ...

    def name(self, environment: EnvironmentName, variable: str) -> str:
        """How the variable that names the database is set."""
        ...


class OnServer:
    """`Advice` of a Fairway server."""

    def report(self, passage: Passage) -> tuple[str, ...]:
        """The server keeps every passage."""
        return (f"fairway migrate --report {passage.number}",)

    def ask(self) -> str:
        """A deployment's approval does."""
        return "fairway deploy asks again"

    def close(self) -> str:
        """By fairway.toml."""
        return "or close the environment while it migrates: migrations.maintenance = true"

    def again(self) -> str:
        """By its execution."""
        return "fairway retry tries it again"

    def backup(self, passage: Passage) -> str:
        """By its number."""
        return f"the backup is number {passage.backup}" if passage.backup is not None else ""

    def restore(self, passage: Passage) -> str:
        """The command asks before it does."""
        if passage.backup is None:
            return ""
        return f"fairway db restore {passage.backup}, which says first which writes since would be lost"

    def reopen(self, passage: Passage) -> str:
        """With what it had."""
        return f"fairway restart -e {passage.environment} opens it with what it had"

    def name(self, environment: EnvironmentName, variable: str) -> str:
        """As any variable."""
        return f"fairway env set -e {environment} {variable}"


ON_SERVER = OnServer()
