"""Rules about the repository's Dockerfile. A generated one keeps them all."""

import posixpath
import re
from collections.abc import Iterator

from fairway.build.detect import dockerfile_text
from fairway.build.detect.dockerfile_text import Instruction
from fairway.build.detect.tree import Tree
from fairway.domain.audit import Finding
from fairway.domain.detection import Detection

MANAGERS = re.compile(r"\s*(exec\s+)?(npm|yarn|pnpm|npx|bun run)\b")
SHELL = re.compile(r"[&|;<>$`]")
WHOLE = frozenset({".", "./", "*", "./*"})
ENV = re.compile(r"(^|/)\.env(\.[\w-]+)?$")
IGNORES = re.compile(r"^(\*\*/)?\.env|^\*$|^\*\*$", re.MULTILINE)
EXAMPLE = re.compile(r"(?i)example|sample|template")
UNPRIVILEGED = re.compile(r"nonroot|distroless.{0,100}:.{0,100}nonroot|unprivileged|bitnami/", re.IGNORECASE)


def dockerfile(tree: Tree, found: Detection) -> Iterator[Finding]:
    """What is wrong with the Dockerfile that is built."""
    path = found.dockerfile
    content = None if path is None else tree.read(path)
    if path is None or content is None:
        return
    instructions = dockerfile_text.parse(content)
    final = dockerfile_text.last_stage(instructions)
    yield from command(path, final)
    yield from user(path, final)
    yield from copies(tree, path, found.context, instructions)
    yield from bases(path, instructions)


def command(path: str, final: tuple[Instruction, ...]) -> Iterator[Finding]:
    """What the container's first process is."""
    started = [each for each in final if each.name in ("CMD", "ENTRYPOINT")]
    entry = any(each.name == "ENTRYPOINT" and each.exec_form for each in started)
    for each in started[-1:]:
        words = each.exec_form
        if words is None and MANAGERS.match(each.rest):
            yield finding("package-manager-command", path, each, f"{each.name} {each.rest}")
        elif words is None and not each.rest.startswith("exec ") and SHELL.search(each.rest):
            # A shell that has nothing else to do becomes the command itself; with `&&` and the like it stays.
            yield finding("shell-form-command", path, each, f"{each.name} {each.rest}")
        elif words is not None and not entry and words and MANAGERS.match(words[0]):
            yield finding("package-manager-command", path, each, f"{each.name} {' '.join(words)}")


def user(path: str, final: tuple[Instruction, ...]) -> Iterator[Finding]:
    """Who the container runs as."""
    users = [each for each in final if each.name == "USER"]
    froms = [each for each in final if each.name == "FROM"]
    if users and users[-1].rest.split(":")[0].strip() in ("root", "0"):
        yield finding("runs-as-root", path, users[-1], "the last USER is root")
    elif not users and froms and not UNPRIVILEGED.search(froms[0].rest):
        yield finding("runs-as-root", path, froms[-1], "there is no USER: it is root, unless its base says otherwise")


def copies(tree: Tree, path: str, context: str, instructions: tuple[Instruction, ...]) -> Iterator[Finding]:
    """What goes into the image from the repository."""
    ignored = ignore_text(tree, path, context)
    for each in instructions:
        if each.name not in ("COPY", "ADD") or "--from=" in each.rest:
            continue
        words = [word for word in (each.exec_form or tuple(each.rest.split())) if not word.startswith("--")][:-1]
        named = [word for word in words if ENV.search(word) and not EXAMPLE.search(word)]
        if named:
            yield finding("copies-env-file", path, each, f"it copies {named[0]}")
        elif WHOLE & set(words) and ignored is None:
            yield finding("no-dockerignore", path, each, f"it copies {words[0]}, and there is no .dockerignore")
        elif WHOLE & set(words) and ignored is not None and not IGNORES.search(ignored):
            yield finding("copies-env-file", path, each, f"it copies {words[0]}, and .dockerignore does not name .env")


def ignore_text(tree: Tree, path: str, context: str) -> str | None:
    """The .dockerignore that holds for the build, None when there is none."""
    content = tree.read(ignore_file(tree, path, context))
    return None if content is None else content.decode("utf-8", "replace")


def ignore_file(tree: Tree, path: str, context: str) -> str:
    """Its path: a file beside the Dockerfile that bears its name holds in place of the context's own."""
    own = f"{path}.dockerignore"
    return own if tree.read(own) is not None else posixpath.normpath(f"{context}/.dockerignore")


def bases(path: str, instructions: tuple[Instruction, ...]) -> Iterator[Finding]:
    """The images that it is made from."""
    stages = {dockerfile_text.alias(each) for each in instructions if each.name == "FROM"}
    for each in instructions:
        base = dockerfile_text.base(each) if each.name == "FROM" else ""
        if not base or base.lower() in stages or "$" in base or base == "scratch" or "@" in base:
            continue
        tag = base.rsplit("/", 1)[-1].partition(":")[2]
        if tag in ("", "latest"):
            yield finding("base-not-pinned", path, each, f"FROM {base} names no version")


def finding(rule: str, path: str, instruction: Instruction, what: str) -> Finding:
    """The finding at an instruction."""
    return Finding(rule=rule, file=path, line=instruction.line, what=what[:200])
