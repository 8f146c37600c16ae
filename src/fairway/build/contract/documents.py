"""What files that are no programs say: .env.example, Prisma's schema, the package config's list of variables."""

import posixpath
import re
from collections.abc import Iterator, Mapping

from fairway.build.contract.literals import NAME
from fairway.build.detect import parsed
from fairway.build.detect.tree import Tree
from fairway.domain.contract import Kind, Need, Use

EXAMPLE = re.compile(
    r"(?:^|/)(?:\.?env[\w.-]*\.(?:example|sample|template|dist)|\.env\.default|env\.example)$", re.IGNORECASE
)
LINE = re.compile(r"^(?:export\s+)?([A-Za-z_][A-Za-z0-9_]*)\s*=")
PRISMA = re.compile(r"^[ \t]*(\w+)[ \t]*=[ \t]*env\([ \t]*\"([A-Za-z_]\w*)\"\s*\)", re.MULTILINE)
CUSTOM = re.compile(r"(?:^|/)config/custom-environment-variables\.(json|ya?ml)$")
DEEPEST = 20


def examples(tree: Tree, directory: str, insisted: frozenset[str] = frozenset()) -> Iterator[Use]:
    """The variables that an example file names. What nothing reads is documented, and no more; those of a file that
    dotenv-safe insists on, by its name, are required."""
    prefix = "" if directory == "." else f"{directory}/"
    for path in tree.files():
        if not EXAMPLE.search(path) or posixpath.dirname(path) not in (prefix.rstrip("/"), ""):
            continue
        name = posixpath.basename(path)
        needed = name in insisted and posixpath.dirname(path) == prefix.rstrip("/")
        for number, line in enumerate(lines(tree, path), start=1):
            if found := LINE.match(line):
                yield Use(
                    name=found[1],
                    file=path,
                    line=number,
                    how=f"dotenv-safe ({name})" if needed else name,
                    need=Need.REQUIRED if needed else Need.OPTIONAL,
                    rule="throws" if needed else "documented",
                )


def prisma(tree: Tree, directory: str, *, used: bool) -> Iterator[Use]:
    """`env("DATABASE_URL")` of Prisma's schema. `used`: the app makes a client at the start that takes its URL there.
    The URL is asked for when the client first connects, so it is the only one that can be required; not even that is
    sure, for the app may catch what the connection throws."""
    for path in tree.files():
        if not path.endswith(".prisma"):
            continue
        text = "\n".join(lines(tree, path))
        for match in PRISMA.finditer(text):
            url = match[1] == "url"
            yield Use(
                name=match[2],
                file=path,
                line=text.count("\n", 0, match.start(2)) + 1,
                how=f'{match[1]} = env("{match[2]}")',
                need=Need.REQUIRED if url and used else Need.UNKNOWN,
                rule="prisma" if url else "tools",
                kind=Kind.URL if url else None,
            )


def config(tree: Tree, directory: str) -> Iterator[Use]:
    """The package config's custom-environment-variables: each stands in place of a value of the other files."""
    for path in tree.files():
        found = CUSTOM.search(path)
        if not found:
            continue
        document = load(tree, path)
        defaults = [
            load(tree, f"{posixpath.dirname(path)}/{name}") for name in ("default.json", "default.yaml", "default.yml")
        ]
        numbered = lines(tree, path)
        for keys, name, form in leaves(document, ()):
            covered = any(has(each, keys) for each in defaults)
            line = next((number for number, text in enumerate(numbered, start=1) if name in text), 1)
            yield Use(
                name=name,
                file=path,
                line=line,
                how="config",
                need=Need.OPTIONAL if covered else Need.UNKNOWN,
                rule="default" if covered else "plain",
                kind={"json": Kind.JSON, "boolean": Kind.BOOLEAN, "number": Kind.NUMBER}.get(form),
            )


def leaves(document: object, keys: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], str, str]]:
    """Each variable with the keys that lead to it, and its format."""
    if isinstance(document, str) and NAME.fullmatch(document):
        yield keys, document, ""
    elif isinstance(document, Mapping) and len(keys) < DEEPEST:
        name = document.get("__name")
        if isinstance(name, str) and NAME.fullmatch(name):
            yield keys, name, str(document.get("__format", ""))
            return
        for key, value in document.items():
            yield from leaves(value, (*keys, str(key)))


def has(document: object, keys: tuple[str, ...]) -> bool:
    """Whether the keys lead to a value."""
    for key in keys:
        if not isinstance(document, Mapping) or key not in document:
            return False
        document = document[key]
    return document not in (None, "")


def load(tree: Tree, path: str) -> object:
    """The document of a JSON or YAML file, None when there is none that can be read."""
    content = tree.read(path)
    if content is None or len(content) > 200_000:
        return None
    if path.endswith(".json"):
        return parsed.of_json(content)
    # Anchors make a few lines into millions of values; a list of variables has none.
    return None if re.search(rb"(?:^|\s)&\w", content) else parsed.of_yaml(content)


def lines(tree: Tree, path: str) -> list[str]:
    """The lines of a file, of at most 200 kB of it."""
    return (tree.read(path) or b"")[:200_000].decode("utf-8-sig", "replace").splitlines()
