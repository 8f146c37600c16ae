"""The source of the release that serves, as texts: where a rule looks for what a migration takes away.

The commit is laid out, not the image: it has the lines that an author knows (`src/orders.js:12`), and not what a
bundler made of them.
"""

import asyncio
import os
import secrets
from collections.abc import Iterator, Mapping
from pathlib import Path

from fairway.domain import uses
from fairway.domain.ground import Source
from fairway.domain.release import Release
from fairway.errors import FairwayError
from fairway.ports.guarding import Workspaces
from fairway.ports.source import Repositories

CODE = frozenset(
    {".js", ".cjs", ".mjs", ".jsx", ".ts", ".cts", ".mts", ".tsx", ".py", ".rb", ".php", ".go", ".java", ".kt", ".cs"}
    | {".rs", ".ex", ".exs", ".scala", ".sql", ".prisma", ".graphql", ".gql", ".vue", ".svelte"}
)
"""Endings of files in which queries and models are written."""
ENOUGH = 32 * 1024 * 1024
"""Bytes of all of them together that are read."""
LEFT_OUT = frozenset({".git", "node_modules"})


async def read_source(repositories: Repositories, workspaces: Workspaces, serving: Release) -> Source | None:
    """The source; None where it can't be had any more: then nothing is said of what still uses a name."""
    try:
        async with workspaces.open(f"source-{serving.app}-{secrets.token_hex(6)}") as folder:
            await repositories.checkout(serving.app, serving.commit, folder)
            files = await asyncio.to_thread(read_texts, folder)
    except FairwayError:
        return None
    return Source(release=f"release {serving.number}", files=files)


def read_texts(folder: Path) -> Mapping[str, str]:
    """The code below a folder by its path there, as much as is enough, in the order of the paths."""
    found: dict[str, str] = {}
    left = ENOUGH
    for path in sorted(code_below(folder)):
        size = path.stat().st_size
        if size <= uses.LONGEST and size <= left:
            found[path.relative_to(folder).as_posix()] = path.read_text(encoding="utf-8", errors="replace")
            left -= size
    return found


def code_below(folder: Path) -> Iterator[Path]:
    """Regular files with an ending of code; links are not followed."""
    for root, names, files in os.walk(folder):
        names[:] = [name for name in names if name not in LEFT_OUT]
        for name in files:
            path = Path(root) / name
            if path.suffix in CODE and path.is_file() and not path.is_symlink():
                yield path
