"""What an app needs around its sources: a compiler for native modules, git, files and tools that only development
dependencies bring.
"""

import re
from collections.abc import Iterable, Mapping

from fairway.build.detect import numbers, shell
from fairway.build.detect.package_json import Package
from fairway.build.detect.shell import Command
from fairway.build.detect.tree import Tree
from fairway.domain.detection import Manager, PackageManager, Problem

# Modules that compile when their prebuilt file can't be had. argon2, sharp, canvas and esbuild-like ones bring prebuilt
# files inside npm packages and need no compiler.
NATIVE = frozenset(
    {
        "bcrypt", "sqlite3", "better-sqlite3", "canvas", "node-sass", "argon2", "libpq", "pg-native", "zeromq",
        "node-expat", "serialport", "@serialport/bindings", "robotjs", "leveldown", "kerberos", "oracledb",
        "node-rdkafka", "farmhash", "couchbase", "integer", "sodium-native", "isolated-vm", "re2", "microtime",
        "heapdump", "ref-napi", "ffi-napi", "bufferutil", "utf-8-validate", "deasync", "node-pty", "usb", "lmdb",
        "msgpackr-extract", "cpu-features", "ssh2", "weak-napi", "iconv", "node-gyp", "tree-sitter",
        "mongodb-client-encryption", "snappy-native", "xxhash",
    }
)  # fmt: skip
COMPILES = NATIVE - {"bufferutil", "utf-8-validate", "msgpackr-extract", "cpu-features", "ssh2", "lmdb"}
PROVIDERS = {
    "tsc": "typescript", "nest": "@nestjs/cli", "sequelize": "sequelize-cli", "babel": "@babel/cli",
    "babel-node": "@babel/node", "ng": "@angular/cli", "nuxt": "nuxt", "nuxi": "nuxi", "strapi": "@strapi/strapi",
    "vue-cli-service": "@vue/cli-service", "swc": "@swc/cli", "run-s": "npm-run-all", "run-p": "npm-run-all",
    "dotenv": "dotenv-cli", "mikro-orm": "@mikro-orm/cli", "typeorm-ts-node-commonjs": "typeorm",
    "typeorm-ts-node-esm": "typeorm", "remix-serve": "@remix-run/serve", "react-router-serve": "@react-router/serve",
    "env-cmd": "env-cmd", "dotenvx": "@dotenvx/dotenvx", "tsnd": "ts-node-dev", "drizzle-kit": "drizzle-kit",
    "swc-node": "@swc-node/register", "medusa": "@medusajs/cli", "fastify": "fastify-cli",
    "moleculer-runner": "moleculer",
    "loopback-cli": "@loopback/cli",
}  # fmt: skip
INTERPRETERS = frozenset({"tsx", "ts-node", "ts-node-dev", "tsnd", "babel-node", "swc-node"})
OLDER_PROVIDERS = {"babel": "babel-cli", "babel-node": "babel-cli"}
"""The packages that brought these programs before PROVIDERS did."""
DATABASE = re.compile(
    r"\bprisma\s+(migrate\s+(deploy|dev|reset|resolve)|db\s+(push|seed|execute))|\bsequelize(-cli)?\s+db:|\bknex\s+(\S+\s+)*(migrate|seed):"
    r"|\btypeorm\S*\s+(.*\s)?(migration:run|migration:revert|schema:(sync|drop))|\bmikro-orm\S*\s+(migration:up|schema:)"
    r"|\bdrizzle-kit\s+(push|migrate)|\bace(\.js)?\s+(migration:|db:)|\bdb-migrate\s+(up|down|reset)|\bnode-pg-migrate\s+(up|down)"
    r"|\bmigrate-mongo\s+(up|down)|\bmigrate(\.[cm]?[jt]s)?\s+up\b|\bflyway\b|\bliquibase\b|\bpsql\b|\bmysql\b|\bmongo(sh|import|restore)?\s"
    r"|\bmanage\.py\s+migrate\b|\balembic\s+upgrade\b|\bdbmate\b|\bwait-for-it\b|\bdocker(-compose)?\s|\bpayload\s+migrate\b"
    r"|\bmedusa\s+(db:|migrations\b)|\bgraphile-migrate\s+migrate\b|\bkysely\s+migrate\b|\bnode\s+\S*\bmigrate(?=\s|$)"
    r"|\b(migrate|migrations?|seed|seeds|seeder)\.[cm]?[jt]s\b"
)
BUILDERS = frozenset(
    {
        "tsc", "tsdown", "tsgo", "tsup", "rolldown", "pkgroll", "bunchee", "lb-tsc", "lb-clean",
        "webpack", "babel", "esbuild", "rollup", "swc", "ncc", "parcel", "rimraf", "copyfiles",
        "cpx", "cpy",
        "tsc-alias", "mkdirp", "del-cli", "shx", "tspc", "ttsc", "unbuild", "vite-node", "microbundle", "gulp", "grunt",
        "rm", "cp", "mkdir"
    }
)  # fmt: skip
BUILD_SCRIPT = re.compile(r"(re)?(build|compile|transpile|clean|tsc)([:_-].*)?", re.IGNORECASE)
LISTED_BUILDS = 10
GIT = re.compile(r"\bgit\s+(rev-parse|describe|log|show|tag|rev-list)\b|\bnx\s+affected\b|\blerna\s+changed\b")
GIT_ADDRESS = re.compile(r"(git\+|git:|git@|github:|gitlab:|bitbucket:|[\w-]+/[\w.-]+(#|$)|https?://\S+\.git(#|$))")
GIT_PACKAGES = frozenset(
    {"git-rev-sync", "git-revision-webpack-plugin", "git-describe", "git-last-commit", "child-process-git"}
)


def native(packages: Iterable[Package]) -> tuple[str, ...]:
    """The dependencies that may have to be compiled."""
    return tuple(sorted({name for package in packages for name in package.everything if name in COMPILES}))


def touches_database(text: str) -> bool:
    """Whether a command line reaches for a database (or for the Docker that runs one)."""
    return bool(DATABASE.search(text))


def builds(command: Command) -> bool:
    """Whether a command makes files from sources and then ends: it belongs to the build, not to the start."""
    words = command.words
    if not words or command.variables.get("NODE_ENV") == "development":
        return False
    program = command.program
    if any(BUILD_SCRIPT.fullmatch(name) for name in command.scripts) and not touches_database(command.render()):
        return not any(word in ("-w", "--watch") for word in words)
    if program in BUILDERS or words[:2] in (("prisma", "generate"), ("npx", "tsc")):
        return not any(word in ("-w", "--watch") for word in words)
    return (
        len(words) > 1
        and words[1] == "build"
        and program
        in ("nest", "next", "nuxt", "nuxi", "nitro", "nitropack", "vite", "strapi", "remix", "ng", "turbo", "nx")
    )


def git(package: Package) -> bool:
    """Whether the build asks git about the commit, or fetches a dependency with it."""
    if any(GIT_ADDRESS.match(wanted) for wanted in package.everything.values()):
        return True
    scripts = (
        package.scripts.get(name, "")
        for name in ("prebuild", "build", "postbuild", "version", "postinstall", "prepare")
    )
    return any(GIT.search(text) for text in scripts) or any(name in GIT_PACKAGES for name in package.everything)


def development(commands: Iterable[Command], package: Package, root: Package) -> str:
    """Why the start commands need development dependencies: the first that only those provide, or nothing. A program of
    a workspace may come from the root's: everything is installed side by side."""
    listed = {*root.development, *package.development} - {*root.dependencies, *package.dependencies}
    return next((name for command in commands for name in used(command) if name in listed), "")


def unlisted(command: Command, package: Package, root: Package) -> str:
    """The package of a program that runs sources as they are, where neither package.json lists it: the program is on
    its author's machine alone. Nothing for any other command."""
    if command.program not in INTERPRETERS:
        return ""
    name = PROVIDERS.get(command.program, command.program)
    listed = {**root.everything, **package.everything}
    return "" if any(each in listed for each in (name, OLDER_PROVIDERS.get(command.program, ""))) else name


def used(command: Command) -> list[str]:
    """The packages that a command's program and its preloaded modules come from."""
    words = list(command.words) if command.plain else [word for word in re.split(r"\s+", command.text) if word]
    found: list[str] = []
    program = command.program if command.plain else (words[0] if words else "")
    found.append(PROVIDERS.get(program, program))
    found.extend([OLDER_PROVIDERS[program]] if program in OLDER_PROVIDERS else [])
    if found[0] in ("ts-node", "ts-node-dev"):
        found.append("typescript")
    for position, word in enumerate(words):
        for option in ("-r", "--require", "--import", "--loader", "--experimental-loader"):
            if word == option and position + 1 < len(words):
                found.append(package_of(words[position + 1]))
            elif word.startswith(option + "="):
                found.append(package_of(word.partition("=")[2]))
    return found


def package_of(module: str) -> str:
    """The package that a module name lies in: `ts-node/register` is ts-node, `@swc-node/register/esm` is scoped."""
    parts = module.split("/")
    return "/".join(parts[:2]) if module.startswith("@") else parts[0]


def render(commands: Iterable[Command]) -> str:
    """Commands as one line for the shell."""
    return " && ".join(command.render() for command in commands)


def parse(text: str) -> tuple[Command, ...]:
    """The commands of a script; none for one that can't be read."""
    try:
        return shell.parse(text)
    except ValueError:
        return ()


def variables(scripts: Mapping[str, str]) -> bool:
    """Whether any script sets NODE_ENV itself."""
    return any("NODE_ENV=" in text for text in scripts.values())


def unbuilt(tree: Tree, root: Package, packages: PackageManager, names: tuple[str, ...]) -> tuple[Problem, ...]:
    """The problem of native modules that pnpm 10 and later leave unbuilt, because no list allows their build scripts:
    they load only when they are first used."""
    version = numbers.first(packages.version or "")
    if packages.manager is not Manager.PNPM or version is None or version < LISTED_BUILDS:
        return ()
    settings = (tree.read("pnpm-workspace.yaml") or b"").decode("utf-8", "replace")
    missing = [
        name for name in names if name not in (root.built or ()) and not re.search(rf"\b{re.escape(name)}\b", settings)
    ]
    if not missing:
        return ()
    return (
        Problem(
            what=f"pnpm {version} does not build {', '.join(missing)}",
            why="it runs the build scripts of listed dependencies alone, and an unbuilt native module can't be loaded",
            fix="run pnpm approve-builds and commit what it writes",
            where="package.json",
        ),
    )
