"""Which files a file imports, and which the app's start so comes to.

Here plain patterns will do: to take one import too many or too few only moves a file between "runs at the start" and
"nobody knows", and never invents a variable. An import that is indented stands in a function or a branch, so the file
that it names may never be loaded: it is reached, but not surely.
"""

import posixpath
import re
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass

from fairway.build.detect import parsed, typescript
from fairway.build.detect.tree import Tree
from fairway.domain import sourcetext

SCRIPT = re.compile(r"""\b(?:from\s*|import\s*(?:\(\s*)?|require\s*\(\s*)["']([^"'\n]{1,300})["']""")
LAZY = re.compile(r"^\s|\bfunction\b|=>|\bimport\s*\(")
"""A line's beginning that says of the import after it: it stands in a function or a branch, or comes later."""
PYTHON = re.compile(
    r"^(?P<indent>[ \t]*)(?:from\s+(?P<module>[.\w]+)\s+import\s+(?P<names>\([^)]{0,5000}\)|[^\n#]*)"
    r"|import\s+(?P<plain>[\w., \t]+))",
    re.MULTILINE,
)
DJANGO = re.compile(r"DJANGO_SETTINGS_MODULE['\"]\s*(?:,|\]\s*=)\s*['\"]([\w.]+)['\"]")
TYPES_ONLY = re.compile(r"^\s*(?:import|export)\s+type\b")
SUFFIXES = ("", ".ts", ".tsx", ".js", ".jsx", ".mjs", ".cjs", ".mts", ".cts", ".py")
LONGEST_LINE = 2000
MOST_REACHED = 10_000


@dataclass(frozen=True, slots=True)
class Paths:
    """How names of modules become files: the repository's files, the app's folder, tsconfig's `paths`, and the folders
    of the repository's own packages by their names."""

    files: frozenset[str]
    directory: str
    aliases: Mapping[str, tuple[str, ...]]
    packages: Mapping[str, str]

    def script(self, path: str, name: str) -> str | None:
        """The file that `name` means in the file at `path`, None for an installed package."""
        if name.startswith("."):
            return self._file(posixpath.normpath(posixpath.join(posixpath.dirname(path), name)))
        for pattern, targets in self.aliases.items():
            head, star, tail = pattern.partition("*")
            if (star and name.startswith(head) and name.endswith(tail)) or name == pattern:
                middle = name[len(head) : len(name) - len(tail)] if star else ""
                for target in targets:
                    if found := self._file(posixpath.normpath(target.replace("*", middle))):
                        return found
        for prefix in ("@/", "~/", "#"):
            if name.startswith(prefix):
                rest = name[len(prefix) :].lstrip("/")
                return self._file(self._own(f"src/{rest}")) or self._file(self._own(rest))
        if name.startswith("src/"):
            return self._file(self._own(name))
        parts = name.split("/")
        package = "/".join(parts[:2]) if name.startswith("@") else parts[0]
        if package not in self.packages:
            return None
        folder, rest = self.packages[package], "/".join(parts[2 if name.startswith("@") else 1 :])
        places = [f"{folder}/{rest}", f"{folder}/src/{rest}"] if rest else [f"{folder}/src/index", f"{folder}/index"]
        return next((found for place in places if (found := self._file(place))), None)

    def python(self, path: str, module: str, name: str) -> str | None:
        """The file that `from module import name` loads in the file at `path`, None for an installed package."""
        dots = len(module) - len(module.lstrip("."))
        parts = module.lstrip(".").replace(".", "/")
        if dots:
            base = posixpath.dirname(path)
            for _ in range(dots - 1):
                base = posixpath.dirname(base)
            bases = [base]
        else:
            folder = posixpath.dirname(path)
            bases = [
                self.directory if self.directory != "." else "",
                self._own("src"),
                folder,
                posixpath.dirname(folder),
                "",
            ]
        for base in bases:
            stem = posixpath.join(base, parts) if parts else base
            for candidate in (f"{stem}/{name}.py", f"{stem}/{name}/__init__.py", f"{stem}.py", f"{stem}/__init__.py"):
                if name or not candidate.startswith(f"{stem}//"):
                    normal = posixpath.normpath(candidate)
                    if normal in self.files:
                        return normal
        return None

    def _own(self, path: str) -> str:
        return path if self.directory == "." else f"{self.directory}/{path}"

    def _file(self, stem: str) -> str | None:
        stems = [stem]
        if re.search(r"\.[cm]?jsx?$", stem):
            # TypeScript's modules import each other by the names that they will have: "./env.js" is env.ts.
            stems.append(re.sub(r"\.([cm]?)js(x?)$", r".\1ts\2", stem))
        for each in stems:
            for ending in ("", "/index"):
                for suffix in SUFFIXES:
                    if (path := f"{each}{ending}{suffix}") in self.files and "." in posixpath.basename(path):
                        return path
        return None


def paths(tree: Tree, directory: str) -> Paths:
    """The Paths of a repository."""
    files = tree.files()
    packages: dict[str, str] = {}
    for path in files:
        folder, name = posixpath.split(path)
        if name == "package.json" and folder and len(packages) < 500:
            called = parsed.table(parsed.of_json(tree.read(path))).get("name")
            if isinstance(called, str):
                packages[called] = folder
    return Paths(frozenset(files), directory, aliases(tree, directory), packages)


def aliases(tree: Tree, directory: str) -> Mapping[str, tuple[str, ...]]:
    """`compilerOptions.paths` of the tsconfig, as paths of the repository."""
    found: dict[str, tuple[str, ...]] = {}
    prefix = "" if directory == "." else f"{directory}/"
    for name in ("tsconfig.json", "tsconfig.base.json", "jsconfig.json"):
        for folder in dict.fromkeys((prefix, "")):
            options = typescript.read_options(tree, f"{folder}{name}", 0)
            base = str(options.get("baseUrl") or ".")
            table = options.get("paths")
            for pattern, targets in (table if isinstance(table, dict) else {}).items():
                if isinstance(targets, list) and str(pattern) not in found:
                    found[str(pattern)] = tuple(
                        posixpath.normpath(posixpath.join(folder, base, str(target))) for target in targets
                    )
    return found


def reach(
    known: Paths, roots: Iterable[str], read: Callable[[str], bytes | None], late: Callable[[], bool]
) -> tuple[dict[str, bool], bool]:
    """The files that the roots import, by the order in which they are met: true for those that are surely loaded; and
    whether all were followed, before `late` and the bound of 10,000."""
    found = dict.fromkeys(roots, True)
    waiting = deque(found)
    done: set[tuple[str, bool]] = set()
    while waiting:
        if late() or len(done) > MOST_REACHED:
            return found, False
        path = waiting.popleft()
        sure = found[path]
        if (path, sure) in done:
            continue
        done.add((path, sure))
        content = read(path)
        for target, plain in edges(known, path, content or b""):
            if target not in found or (sure and plain and not found[target]):
                found[target] = sure and plain
                waiting.append(target)
    return found, True


def edges(known: Paths, path: str, content: bytes) -> Iterator[tuple[str, bool]]:
    """The files that a file imports, each with whether the import is surely carried out."""
    text = content.decode("utf-8", "replace")
    if path.endswith(".py"):
        yield from python_edges(known, path, sourcetext.strip_python(text), text)
        return
    if "import" not in text and "require" not in text and " from" not in text:
        return
    code = sourcetext.strip_script(text)
    for match in SCRIPT.finditer(code):
        before = line_before(code, match)
        if not TYPES_ONLY.match(before) and (target := known.script(path, match[1])) is not None:
            yield target, not LAZY.search(before)


def line_before(code: str, match: re.Match[str]) -> str:
    """The line up to the module's name. Of a line that is longer than 2,000 characters nobody wrote the beginning: what
    is left of it counts as indented."""
    beginning = code.rfind("\n", max(0, match.start() - LONGEST_LINE), match.start()) + 1
    if not beginning and match.start() > LONGEST_LINE:
        return " "
    return code[beginning : match.start(1)]


def python_edges(known: Paths, path: str, text: str, whole: str) -> Iterator[tuple[str, bool]]:
    """The same for Python; the settings that Django is told to use are loaded too."""
    for match in PYTHON.finditer(text):
        sure = not match["indent"]
        if match["plain"]:
            for part in match["plain"].split(","):
                module = part.split(" as ")[0].strip()
                yield from loaded(known, path, module, "", sure)
            continue
        for part in match["names"].strip("() \t\n\\").split(","):
            yield from loaded(known, path, match["module"], part.split(" as ")[0].strip(), sure)
    for module in DJANGO.findall(whole):
        # It is the default: another settings module beside it may be named by the environment itself.
        for target, _ in loaded(known, path, module, "", True):
            yield target, is_only_settings(known, target)


def is_only_settings(known: Paths, path: str) -> bool:
    """Whether a module of settings has no other one beside it."""
    folder, name = posixpath.split(path)
    if name == "__init__.py":
        return True
    others = re.compile(rf"{re.escape(folder)}/?[\w-]*(?i:settings)[\w-]*(\.py|/[\w-]+\.py)$")
    return name == "settings.py" and sum(1 for each in known.files if others.match(each)) == 1


def loaded(known: Paths, path: str, module: str, name: str, sure: bool) -> Iterator[tuple[str, bool]]:
    """The file of a module, and those of the packages that it lies in."""
    target = known.python(path, module, name if name.isidentifier() else "")
    if target is None:
        return
    yield target, sure
    folder = posixpath.dirname(target)
    for _ in range(6):
        package = f"{folder}/__init__.py" if folder else "__init__.py"
        if package not in known.files:
            return
        if package != target:
            yield package, sure
        folder = posixpath.dirname(folder)
