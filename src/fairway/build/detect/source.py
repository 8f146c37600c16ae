"""Reading an app's own source, within bounds, with the comments taken out.

A port or a health path in a comment, a test or a bundle is no evidence. Lines keep their numbers, so that a conclusion
can be shown at `src/server.ts:41`.
"""

import posixpath
import re
from dataclasses import dataclass

from fairway.build.detect.tree import Tree
from fairway.domain import sourcetext

NODE = frozenset({".js", ".ts", ".mjs", ".cjs", ".mts", ".cts"})
PYTHON = frozenset({".py"})
SKIPPED = re.compile(
    r"(^|/)(dist|build|out|coverage|tests?|__tests__|__mocks__|mocks?|specs?|e2e|cypress|playwright|fixtures|vendor|"
    r"public|static|assets|docs?|examples?|samples?|benchmarks?|bench|client|frontend|migrations|seeders|seeds|\.[^/]+)/"
    r"|[.\-_](test|spec|e2e-spec|min|stories)\.[cm]?[jt]s$|\.d\.[cm]?ts$|(^|/)(gulpfile|gruntfile|jest\.|webpack\.|vite\.|"
    r"rollup\.|karma\.|playwright\.|cypress\.)|(^|/)(test_[^/]*|conftest)\.py$",
    re.IGNORECASE,
)
MOST_FILES = 2000
MOST_BYTES = 6 * 1024 * 1024
MOST_BYTES_EACH = 256 * 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """One source file: its path, and its text with comments blanked out."""

    path: str
    text: str

    def where(self, position: int) -> str:
        """`path:line` of a position in the text."""
        return f"{self.path}:{self.text.count(chr(10), 0, position) + 1}"


def read(tree: Tree, suffixes: frozenset[str]) -> tuple[Source, ...]:
    """The app's source files, the shallowest first: at most 2,000 files, 256 kB each, 6 MB in all."""
    paths = [path for path in tree.files() if written_in(suffixes, path) and not SKIPPED.search(path)]
    paths.sort(key=lambda path: (path.count("/"), path))
    clean = sourcetext.strip_python if suffixes is PYTHON else sourcetext.strip_script
    found: list[Source] = []
    total = 0
    for path in paths[:MOST_FILES]:
        content = tree.read(path)
        if content is None or len(content) > MOST_BYTES_EACH:
            continue
        total += len(content)
        if total > MOST_BYTES:
            break
        found.append(Source(path=path, text=clean(content.decode("utf-8", "replace"))))
    return tuple(found)


def written_in(suffixes: frozenset[str], path: str) -> bool:
    """Whether the file is source of the language: by its suffix, or as Express's `bin/www`, which has none."""
    return posixpath.splitext(path)[1] in suffixes or (suffixes is NODE and f"/{path}".endswith("/bin/www"))
