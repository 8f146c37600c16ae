"""A Node.js app where it lies: its own folder in what the build reads."""

from dataclasses import dataclass

from fairway.build.detect.monorepo import Member
from fairway.build.detect.package_json import Package
from fairway.build.detect.tree import Tree


@dataclass(frozen=True, slots=True, kw_only=True)
class App:
    """The app in its context."""

    context: Tree
    root: Package
    tree: Tree
    package: Package
    directory: str
    members: tuple[Member, ...] = ()

    def at(self, where: str) -> str:
        """A place in the app's folder, relative to the context."""
        return where if self.directory == "." or " " in where.split(" (")[0] else f"{self.directory}/{where}"
