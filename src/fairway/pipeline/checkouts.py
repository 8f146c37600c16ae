"""The work trees that stages read a commit's files from: a few for each app, each lent to one stage at a time.

A new execution may lay out its source while the one before it still builds, so one work tree for each app is not
enough; and a work tree that lies there from an earlier commit is brought up to date faster than a new one is filled, so
they are kept. Most apps never need a second one.
"""

import contextlib
from collections import defaultdict
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

from fairway.ports.source import Repositories


@dataclass(slots=True)
class Tree:
    """A work tree. `commit` is what lies in it, None when that is not known; `lent` while a stage has it."""

    path: Path
    commit: str | None = None
    lent: bool = False


class Checkouts:
    """The work trees under one directory: ROOT/APP/1, ROOT/APP/2."""

    def __init__(self, repositories: Repositories, root: Path) -> None:
        self._repositories = repositories
        self._root = root
        self._trees: defaultdict[str, list[Tree]] = defaultdict(list)

    @contextlib.asynccontextmanager
    async def hold(self, app: str, commit: str) -> AsyncIterator[Path]:
        """A work tree with exactly the commit's files, for as long as the context is open.

        Raises WorkFailed for a commit that can't be laid out.
        """
        tree = self._choose(app, commit)
        tree.lent = True
        try:
            if tree.commit != commit or not tree.path.is_dir():
                tree.commit = None
                await self._repositories.checkout(app, commit, tree.path)
                tree.commit = commit
            yield tree.path
        finally:
            tree.lent = False

    def _choose(self, app: str, commit: str) -> Tree:
        """A free one that has the commit, else a free one, else one more."""
        trees = self._trees[app]
        free = [tree for tree in trees if not tree.lent]
        found = next((tree for tree in free if tree.commit == commit), free[0] if free else None)
        if found is None:
            found = Tree(path=self._root / app / str(len(trees) + 1))
            trees.append(found)
        return found
