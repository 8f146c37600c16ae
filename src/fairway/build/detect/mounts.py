"""Under which prefix the routes of a file or of a router in it are reached: who mounts whom, over files and functions.

One prefix that can't be told makes every path below it unknown: a path that is wrong is worse than none.
"""

import posixpath
import re
from collections.abc import Mapping
from dataclasses import dataclass

from fairway.build.detect.constants import Constants
from fairway.build.detect.imports import imports, resolve
from fairway.build.detect.source import Source
from fairway.build.detect.uses import Use, Uses, join

INLINE = re.compile(r"""require\(\s*['"](\.[^'"]*)['"]\s*\)""")
AUTOLOAD = re.compile(r"""['"](?:@fastify/autoload|fastify-autoload)['"]""")
FOLDER = re.compile(r"""\bdir\s*+:[^\n]{0,200}?['"`](?:\$\{__dirname\})?/?(?:\./)?([\w./-]+)['"`]""")
HANDED_IN = frozenset({"app", "server", "fastify"})
"""What an application is called where it is handed in: `module.exports = (app) => …` is mounted by a call."""
DEEPEST = 5
MOST_LOOKS = 20_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Mount:
    """Another file's use of a file."""

    path: str
    who: str
    prefix: str | None
    at: int


class Mounts:
    """Who mounts whom in an app's sources."""

    def __init__(self, sources: tuple[Source, ...]) -> None:
        self.constants = Constants(sources)
        self._looks = 0
        self._files = {source.path: source for source in sources}
        self._uses = {source.path: Uses(source, self.constants) for source in sources}
        self._mounted: dict[str, list[Mount]] = {}
        for source in sources:
            uses = self._uses[source.path].all
            names = imports(source, self._files) if uses else {}
            for use in uses:
                for target, below in self._targets(source, use, names).items():
                    prefix = None if use.prefix is None else join(use.prefix, below)
                    mount = Mount(path=source.path, who=use.who, prefix=prefix, at=use.call.start)
                    self._mounted.setdefault(target, []).append(mount)

    def of_file(self, path: str, seen: tuple[str, ...] = ()) -> tuple[str, ...]:
        """The prefixes under which a file's routes are reached. A file that makes an application is reached as it is,
        unless another one mounts it (Hono's parts are applications too)."""
        mounts = self._mounted.get(path, [])
        if not mounts:
            return ("",) if self._uses[path].apps else ()
        self._looks += 1
        if len(seen) >= DEEPEST or path in seen or self._looks > MOST_LOOKS:
            return ()
        found: list[str] = []
        for mount in mounts:
            if mount.prefix is not None:
                above = self.of_file(mount.path, (*seen, path))
                receivers = self.of_receiver(mount.path, mount.who, above, mount.at)
                found.extend(join(top, mount.prefix) for top in receivers)
        return tuple(dict.fromkeys(found))

    def of_receiver(
        self, path: str, who: str, roots: tuple[str, ...], position: int, depth: int = 0
    ) -> tuple[str, ...]:
        """The prefixes of a receiver's routes at a position of a file: of the function that it is handed into, of each
        call that mounts it, else of its file (`roots`)."""
        self._looks += 1
        uses = self._uses[path]
        own = uses.own(who) if who and depth < DEEPEST and self._looks <= MOST_LOOKS else None
        if own is None:
            return ()
        # A function's parameter may have the name of what it is handed: outside it that is another one.
        chosen = uses.around(who, position) or (() if who in uses.apps else uses.mounting(who, position))
        if not chosen:
            return tuple(join(root, own) for root in roots or (("",) if who in HANDED_IN else ()))
        found = [
            join(join(root, use.prefix), own)
            for use in chosen
            if use.prefix is not None
            for root in self.of_receiver(path, use.who, roots, use.call.start, depth + 1)
        ]
        return tuple(dict.fromkeys(found))

    def _targets(self, source: Source, use: Use, names: Mapping[str, str]) -> dict[str, str]:
        """The files that a call mounts, each with the prefix that it gets from its place in an autoloaded folder."""
        found = {names[word]: "" for word in use.words if word in names}
        text = " ".join(use.call.arguments)
        found |= {path: "" for name in INLINE.findall(text) if (path := resolve(source.path, name, self._files))}
        folder = FOLDER.search(text)
        if folder is None or not AUTOLOAD.search(source.text):
            return found
        place = posixpath.normpath(posixpath.join(posixpath.dirname(source.path), folder[1]))
        flat = re.search(r"\bdirNameRoutePrefix\s*:\s*false", text)
        for path, other in self._files.items():
            if path.startswith(f"{place}/") and "autoPrefix" not in other.text and "/_" not in path:
                found[path] = "" if flat else posixpath.dirname(path)[len(place) :]
        return found
