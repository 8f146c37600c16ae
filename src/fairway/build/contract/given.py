"""The variables that something in the repository gives a value, so that the environment need not.

A committed .env that the app loads, ENV in the Dockerfile, what a start script sets, a pm2 file. Whether it really
reaches the process is not proved here, which is why such a variable is never called missing.
"""

import posixpath
import re
from collections.abc import Iterable, Mapping

from fairway.build.detect import dockerfile_text
from fairway.build.detect.tree import Tree

ENV_FILE = re.compile(r"(?:^|/)(?:\.env(?:\.[\w-]+)*|[\w-]+\.env)$")
EXAMPLE = re.compile(r"(?i)example|sample|template|dist$|default")
ASSIGNED = re.compile(r"(?:^|[\s;&'\"])(?:export\s+|ENV\s+)?([A-Z_][A-Z0-9_]*)=")
WRAPPERS = re.compile(
    r"\b(doppler|infisical|chamber|op|sops|berglas|teller|vals|dotenvx|env-cmd|envconsul|aws-vault|akeyless|phase|keeper|"
    r"pulumi|summon|secrethub)\s+(run|exec|exec-env|env|-[\w-]+)\b|\benv-cmd\b|\bdotenv\s+-|\bdirenv\s+exec\b|--env-file\b"
)
"""Programs that start another one with variables of their own."""
LINE = re.compile(r"^[ \t]*(?:export[ \t]+)?([A-Za-z_][A-Za-z0-9_]*)[ \t]*=", re.MULTILINE)
SETTINGS = re.compile(r"(?:^|/)(?:ecosystem|pm2|process)[\w.-]*\.(?:[cm]?js|json|ya?ml)$")
WORD = re.compile(r"\b([A-Z][A-Z0-9_]{2,})\b['\"]?\s*[:=]")


def find(tree: Tree, directory: str, dockerfile: str | None, texts: Iterable[str]) -> Mapping[str, str]:
    """The names, each with what gives it. `texts` are the commands and package.json's scripts."""
    found: dict[str, str] = {}
    prefix = "" if directory == "." else f"{directory}/"
    for path in tree.files():
        own = path.startswith(prefix) or "/" not in path
        near = own and path.count("/") <= prefix.count("/") + 1
        # An env file is loaded by its path, which may lead anywhere within the app.
        if not (near or (own and ENV_FILE.search(path))):
            continue
        if posixpath.basename(path) == "settings.ini" or (ENV_FILE.search(path) and not EXAMPLE.search(path)):
            note(found, LINE.findall(text_of(tree, path)), path)
        elif path.endswith(".sh") or posixpath.basename(path) in ("Procfile", "entrypoint"):
            note(found, ASSIGNED.findall(text_of(tree, path)), path)
        elif SETTINGS.search(path):
            note(found, WORD.findall(text_of(tree, path)), path)
    for text in texts:
        note(found, ASSIGNED.findall(text), "the start command")
    if dockerfile is not None:
        note(found, in_dockerfile(tree.read(dockerfile) or b""), dockerfile)
    return found


def are_filled(texts: Iterable[str]) -> bool:
    """Whether a program of that kind starts the app."""
    return any(WRAPPERS.search(text) for text in texts)


def in_dockerfile(content: bytes) -> list[str]:
    """The names that a Dockerfile's ENV sets in the image that runs."""
    names: list[str] = []
    for each in dockerfile_text.last_stage(dockerfile_text.parse(content)):
        if each.name == "ENV":
            names += re.findall(r"(?:^|\s)([A-Za-z_]\w*)=", each.rest) or each.rest.split()[:1]
    return names


def note(found: dict[str, str], names: Iterable[str], where: str) -> None:
    """Add the names that nothing gave before."""
    for name in names:
        found.setdefault(name, where)


def text_of(tree: Tree, path: str) -> str:
    """At most 200 kB of a file's text."""
    return (tree.read(path) or b"")[:200_000].decode("utf-8", "replace")
