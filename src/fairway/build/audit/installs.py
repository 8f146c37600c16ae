"""The rule about development packages in the image: tests, compilers and linters that no task needs.

Only what is sure is reported. A command under a condition, a NODE_ENV that an argument of the build gives, a base image
that may set it, packages that are taken out again: none of these is.
"""

import posixpath
import re
import shlex
from collections.abc import Iterator, Sequence

from fairway.build.audit import image
from fairway.build.detect import dockerfile_text, package_json
from fairway.build.detect.dockerfile_text import Instruction
from fairway.build.detect.tree import Tree
from fairway.domain.audit import Finding
from fairway.domain.detection import Detection

BARE = re.compile(
    r"(?:(?:docker\.io/|public\.ecr\.aws/docker/)?library/|docker\.io/)?(?:node|alpine|debian|ubuntu)(?:[:@]|\Z)"
)
"""Images that set no NODE_ENV."""
CONDITION = re.compile(r"(?:\A|[;&|({])\s*(?:if|case|while|for|test|\[\[?)\s")
PRUNES = re.compile(
    r"\b(?:npm|pnpm)\s+prune\b|\bworkspaces\s+focus\b|\bpnpm\b.{0,300}\sdeploy\b|\brm\s[^&|;]{0,300}node_modules"
)
SETTING = re.compile(r"(?im)^[ \t]*(?:omit(?:\[\])?\s*=\s*\"?dev|production\s*=\s*true|only\s*=\s*prod)")
WITHOUT = re.compile(r"--omit[= ]dev\b|--only[= ]prod|--prod(?:uction)?(?:=true)?(?=\s|\Z)|--no-dev\b|(?<!\S)-P\b")
WITH = re.compile(r"--include[= ]dev\b|--(?:prod|production)=false\b|(?<!\S)-D\b|--dev\b")
VARIABLES = frozenset({"NODE_ENV", "NPM_CONFIG_PRODUCTION", "NPM_CONFIG_OMIT", "NPM_CONFIG_ONLY", "YARN_PRODUCTION"})
INSTALLS = frozenset({"install", "i", "ci", "clean-install"})
VALUED = frozenset(
    {
        "--prefix", "--registry", "--loglevel", "--cache", "--cache-folder", "--omit", "--only", "--include",
        "--network-timeout", "--mutex", "--network-concurrency", "--store-dir", "-C", "--dir", "--cwd",
    }
)  # fmt: skip
"""Options whose value is the next word."""


def development(tree: Tree, found: Detection) -> Iterator[Finding]:
    """The first install of the image's own stage that takes development packages along."""
    path = found.dockerfile
    content = None if path is None else tree.read(path)
    if path is None or content is None or not needs_some(tree, found):
        return
    final = dockerfile_text.last_stage(dockerfile_text.parse(content))
    if not final or not BARE.match(dockerfile_text.base(final[0])):
        return
    if any(each.name == "RUN" and PRUNES.search(each.rest) for each in final):
        return
    for each in final:
        if each.name in ("ENV", "ARG") and omits(each.rest):
            return
        command = installing(each) if each.name == "RUN" else None
        if command is not None:
            yield image.finding("dev-dependencies-in-image", path, each, f"it runs {command}")
            return


def needs_some(tree: Tree, found: Detection) -> bool:
    """Whether package.json has development packages, and no .npmrc leaves them out."""
    folders = {found.context, found.directory}
    for folder in folders:
        npmrc = tree.read(posixpath.normpath(f"{folder}/.npmrc")) or b""
        if SETTING.search(npmrc.decode("utf-8", "replace")):
            return False
    return any(has_some(tree, posixpath.normpath(f"{folder}/package.json")) for folder in folders)


def has_some(tree: Tree, path: str) -> bool:
    """Whether that package.json has any."""
    try:
        package = package_json.read(tree, path)
    except ValueError:
        return False
    return package is not None and bool(package.development)


def omits(rest: str) -> bool:
    """Whether an ENV or ARG gives a variable that leaves development packages out, or may: its value is not known."""
    for word in words(rest):
        name, equals, value = word.partition("=")
        known = name.upper() == "NODE_ENV" and equals and value != "production" and "$" not in value
        if name.upper() in VARIABLES and not known:
            return True
    return False


def installing(instruction: Instruction) -> str | None:
    """The install of a RUN that takes development packages, as it is written; None when there is none for sure."""
    listed = instruction.exec_form
    text = shlex.join(listed) if listed is not None else re.sub(r"\A(?:--\S+\s+)+", "", instruction.rest)
    if CONDITION.search(text):
        return None
    for part in re.split(r"&&|\|\||[;|&\n]", text):
        given = words(part)
        if given[:1] == ["export"] and omits(part):
            return None
        while given and (given[0] in ("exec", "corepack", "sudo", "env") or re.match(r"\w+=", given[0])):
            if omits(given.pop(0)):
                return None
        if is_install(given) and (WITH.search(part) or not WITHOUT.search(part)):
            return " ".join(given)
    return None


def is_install(given: Sequence[str]) -> bool:
    """Whether the words install what package.json names: no package of its own, nothing for the whole system."""
    if not given or given[0] not in ("npm", "yarn", "pnpm") or {"-g", "--global", "--help", "--version"} & set(given):
        return False
    left = []
    rest = iter(given[1:])
    for word in rest:
        if word in VALUED:
            next(rest, "")
        elif not word.startswith("-"):
            left.append(word)
    # yarn alone installs too; npm and pnpm print their help.
    return (not left and given[0] == "yarn") or (len(left) == 1 and left[0] in INSTALLS)


def words(text: str) -> list[str]:
    """The words of a command; none when its quotes do not close."""
    try:
        return shlex.split(text)
    except ValueError:
        return []
