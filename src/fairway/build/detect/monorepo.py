"""One package of a monorepo, or an app in a subfolder: which is the one to deploy?

The root's own `start` decides when it points somewhere (`npm run start -w api`, `cd server && npm start`). Otherwise
the package with a server framework and a start script is taken, the names that people give to backends first.
"""

import posixpath
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from fairway.build.detect import package_json, pages, parsed, shell
from fairway.build.detect.package_json import Package
from fairway.build.detect.tree import Tree
from fairway.domain.detection import Manager

USUAL = ("api", "server", "backend", "app", "service", "core", "web", "src", "node", "gateway", "main")
SERVERS = frozenset(
    {"express", "fastify", "koa", "@nestjs/core", "@hapi/hapi", "hapi", "restify", "hono", "next", "nuxt",
     "@adonisjs/core", "@strapi/strapi", "polka", "micro", "apollo-server", "@apollo/server", "sails",
     "@feathersjs/feathers",
     "graphql-yoga", "@loopback/core", "moleculer", "socket.io", "ws", "http-server", "elysia", "@medusajs/medusa",
     "@keystone-6/core", "payload", "directus"}
)  # fmt: skip
FOLDER = re.compile(r"(?:--prefix[= ]|--cwd[= ]|\bcd |-C )['\"]?(?:\./)?(?P<directory>[\w./-]+)")
POINTERS = (
    re.compile(
        r"(?:--workspace[= ]|-w[= ]?|--filter[= ]|-F |--scope[= ]|\byarn workspace |\bnx (?:serve|start) )['\"]?"
        r"(?P<name>(?:@[\w.-]+/)?[\w.-]+)"
    ),
    FOLDER,
)
MOST_MEMBERS = 500
MOST_PATTERNS = 200
STARS = re.compile(r"\*+")
MOST_STARS = 4
"""Each star of a pattern tries every length that the others leave it: no person writes more than three."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    """One package.json below the root."""

    directory: str
    package: Package

    @property
    def name(self) -> str:
        """The package's name, or its directory."""
        return self.package.name or self.directory


def members(tree: Tree, package: Package) -> tuple[Member, ...]:
    """The workspaces of the root package, sorted by directory; none when it is no monorepo."""
    patterns = package.workspaces or pnpm_patterns(tree)
    if not patterns:
        return ()
    patterns = tuple(each for each in patterns if len(STARS.findall(each)) <= MOST_STARS)[:MOST_PATTERNS]
    wanted = [pattern_test(pattern) for pattern in patterns if not pattern.startswith("!")]
    unwanted = [pattern_test(pattern[1:]) for pattern in patterns if pattern.startswith("!")]
    found: list[Member] = []
    for directory in package_directories(tree):
        if any(test.fullmatch(directory) for test in wanted) and not any(
            test.fullmatch(directory) for test in unwanted
        ):
            found.extend(member(tree, directory))
    return tuple(found[:MOST_MEMBERS])


def package_directories(tree: Tree) -> list[str]:
    """The directories below the root that have a package.json."""
    return [posixpath.dirname(path) for path in tree.files() if path.endswith("/package.json")]


def member(tree: Tree, directory: str) -> tuple[Member, ...]:
    """The package in that directory; none when its package.json can't be read."""
    try:
        package = package_json.read(tree, f"{directory}/package.json")
    except ValueError:
        return ()
    return (Member(directory=directory, package=package),) if package else ()


def pnpm_patterns(tree: Tree) -> tuple[str, ...]:
    """The `packages` of pnpm-workspace.yaml."""
    return package_json.read_patterns(parsed.of_yaml(tree.read("pnpm-workspace.yaml")))


def pattern_test(pattern: str) -> re.Pattern[str]:
    """A workspace pattern as a test for directories: `*` is one level, `**` any number."""
    parts = re.split(r"(\*\*/?|\*)", pattern.strip("/").removeprefix("./"))
    text = "".join({"**": ".*", "**/": "(?:.*/)?", "*": "[^/]+"}.get(part, re.escape(part)) for part in parts)
    return re.compile(text)


def pointed(tree: Tree, package: Package, found: tuple[Member, ...]) -> str | None:
    """The directory that the root's start script hands over to."""
    names = {member.name: member.directory for member in found} | {
        member.directory: member.directory for member in found
    }
    names |= {
        posixpath.basename(member.directory): member.directory
        for member in found
        if posixpath.basename(member.directory) not in names
    }
    for script in ("start", "start:prod", "start:production", "serve"):
        text = package.scripts.get(script, "")
        for pattern in POINTERS:
            for match in pattern.finditer(text):
                groups = match.groupdict()
                directory = names.get(groups.get("name") or "") or posixpath.normpath(groups.get("directory") or ".")
                if (
                    directory != "."
                    and not directory.startswith("..")
                    and tree.read(f"{directory}/package.json") is not None
                ):
                    return directory
    return None


def folders(tree: Tree, texts: Iterable[str]) -> set[str]:
    """The folders with a package.json that commands go to (`cd api`, `--prefix api`)."""
    found = {posixpath.normpath(match["directory"]) for text in texts for match in FOLDER.finditer(text)}
    return {folder for folder in found if tree.read(f"{folder}/package.json") is not None}


def candidates(found: tuple[Member, ...]) -> tuple[Member, ...]:
    """The members that look like a backend, the likeliest first: with a server framework, else those with a start
    script."""
    servers = [member for member in found if SERVERS & set(member.package.dependencies) and startable(member.package)]
    others = [member for member in found if (last := pages.started(member.package)) and not pages.shown_by(last)]
    return tuple(sorted(servers or others, key=likelihood))


def startable(package: Package) -> bool:
    """Whether anything says how the package starts."""
    return any(name in package.scripts for name in ("start", "start:prod", "start:production", "serve", "dev")) or bool(
        package.main
    )


def likelihood(member: Member) -> tuple[bool, int, int, str]:
    """The order among backends: the usual names first, web frontends with Next last, then shallow ones."""
    parts = re.split(r"[/_.-]", member.directory.lower())
    place = min((USUAL.index(part) for part in parts if part in USUAL), default=len(USUAL))
    return ("next" in member.package.dependencies, place, member.directory.count("/"), member.directory)


def needed(app: Member, found: tuple[Member, ...]) -> tuple[Member, ...]:
    """The workspaces that the app depends on, directly or not, each after those that it needs itself."""
    by_name = {member.name: member for member in found}
    order: list[Member] = []
    visiting: set[str] = {app.name}

    def visit(member: Member) -> None:
        for name in member.package.everything:
            if name in by_name and name not in visiting:
                visiting.add(name)
                visit(by_name[name])
                order.append(by_name[name])

    visit(app)
    return tuple(order)


def build_commands(app: Member, found: tuple[Member, ...], manager: Manager) -> tuple[str, ...]:
    """The commands that build what the app depends on, to be run at the root."""
    commands: list[str] = []
    for member in needed(app, found):
        script = next(
            (name for name in ("build", "compile", "prepare", "prepack") if name in member.package.scripts), None
        )
        if script and "husky" not in member.package.scripts[script]:
            commands.append(run_in(manager, member.name, script))
    return tuple(commands)


def run_in(manager: Manager, name: str, script: str) -> str:
    """The command that runs a workspace's script from the root."""
    name = shell.quote(name)
    forms: Mapping[Manager, str] = {
        Manager.NPM: f"npm run {script} --workspace={name}",
        Manager.PNPM: f"pnpm --filter {name} run {script}",
    }
    return forms.get(manager, f"yarn workspace {name} run {script}")
