"""Rows of the log's table about what is in the image: modules, files, scripts, versions, processors."""

import re

from fairway.domain.desired import TaskSpec
from fairway.domain.diagnosis_text import Finding

Match = re.Match[str]
BUILT = re.compile(r"(?:^|/)(?:dist|build|out|lib|\.next|\.output)/")
DEVELOPMENT = frozenset(
    {"nodemon", "ts-node", "ts-node-dev", "tsx", "tsc", "nest", "concurrently", "cross-env", "rimraf"}
)


def missing_program(program: str, service: str) -> Finding:
    """The start command names a program that the image does not have."""
    fix = f"set services.{service}.command in fairway.toml to a program that the image has"
    if program in DEVELOPMENT:
        fix = f'start the built app without {program}, or name {program} under "dependencies" in package.json'
    return Finding(sentence=f'there is no program "{program}" in the image', fix=fix)


def missing_node_module(match: Match, spec: TaskSpec) -> Finding:
    """`Cannot find module 'express'`, or a file of the app's own."""
    name = match["name"]
    if name.startswith(("node:",)):
        return Finding(sentence=f"this Node.js has no module {name}: the app needs a newer version")
    program = spec.command[0] if spec.command else ""
    if program and "." not in program and name.startswith("/") and name.endswith(f"/{program}"):
        # The entrypoint of Node.js's images has node run a program that it does not find, as a file of the app's.
        return missing_program(program, spec.service)
    if name.startswith((".", "/")):
        fix = "see that the build makes it, and that the image keeps it" if BUILT.search(name) else ""
        return Finding(sentence=f"the file {name} is not in the image", fix=fix)
    package = "/".join(name.split("/")[: 2 if name.startswith("@") else 1])
    return Finding(
        sentence=f"the package {package} is not in the image",
        fix=f'name {package} under "dependencies" in package.json (npm install {package}), and commit the lock file',
    )


def missing_python_module(match: Match, spec: TaskSpec) -> Finding:
    """`No module named 'flask'`."""
    module = match["name"].partition(".")[0]
    return Finding(
        sentence=f"the Python module {match['name']} is not in the image",
        fix=f"name the package that brings {module} among the app's requirements",
    )


def missing_distribution(match: Match, spec: TaskSpec) -> Finding:
    """importlib.metadata's `No package metadata was found for shop`: code alone is there, and nobody installed it."""
    return Finding(
        sentence=f"the app asks for the installed package {match['name']}, which is not installed in the image",
        fix="if that is the app itself, give its pyproject.toml a [build-system], so that the image installs it; "
        "otherwise name it among the app's requirements",
    )


def missing_script(match: Match, spec: TaskSpec) -> Finding:
    """npm, yarn and pnpm each in their words."""
    return Finding(
        sentence=f'package.json has no script "{match["script"]}"',
        fix=f"add it, or set services.{spec.service}.command in fairway.toml",
    )


def missing_env_file(match: Match, spec: TaskSpec) -> Finding:
    """`node --env-file=.env` and env-cmd fail without the file, even with every variable set."""
    return Finding(
        sentence=f"the start command wants the file {match['file']}, which the image does not have",
        fix="start without it: Fairway gives the process its variables itself",
    )


def missing_file(match: Match, spec: TaskSpec) -> Finding:
    """ENOENT and its Python twin."""
    return Finding(sentence=f"the file {match['file']} is not in the image")


def denied_file(match: Match, spec: TaskSpec) -> Finding:
    """EACCES on a file: the image's user may not."""
    return Finding(
        sentence=f"the process may not use {match['file']}: permission denied",
        fix="give it to the image's user in the Dockerfile (chown), or write somewhere else, e.g. /tmp",
    )


def read_only(match: Match, spec: TaskSpec) -> Finding:
    """EROFS."""
    return Finding(sentence=f"{match['file']} can't be written: its file system is read-only")


def full_disk(match: Match, spec: TaskSpec) -> Finding:
    """ENOSPC."""
    return Finding(sentence="the host's disk is full", fix="docker system df shows what fills it")


def other_processor(match: Match, spec: TaskSpec) -> Finding:
    """`exec format error`, or what a shell makes of a program it can't read."""
    return Finding(
        sentence="the program is built for another kind of processor than this host's",
        fix="build the image on this kind of host, or with --platform set to it",
    )


def no_program(match: Match, spec: TaskSpec) -> Finding:
    """A program of another processor that a shell was tried on: `/server: 2: Syntax error: ")" unexpected`."""
    return Finding(
        sentence=f"{match['file']} is neither a program that this host's processor can run nor a shell script",
        fix="if it is a program, build it on this kind of host, or with --platform set to it",
    )


def other_native(match: Match, spec: TaskSpec) -> Finding:
    """A native module that was copied from the author's machine, or built for another Node.js."""
    return Finding(
        sentence="a native module in node_modules was built for another system or Node.js than the image's",
        fix="install the packages in the build, and keep the author's out of it: node_modules in .dockerignore",
    )


def missing_library(match: Match, spec: TaskSpec) -> Finding:
    """The dynamic linker's complaint."""
    return Finding(
        sentence=f"the system library {match['name']} is not in the image",
        fix="install the package that brings it in the Dockerfile, or take a base image that has it",
    )


def no_prisma_client(match: Match, spec: TaskSpec) -> Finding:
    """The client is generated code."""
    return Finding(sentence="the Prisma client was not generated in the image", fix="run prisma generate in the build")


def no_prisma_engine(match: Match, spec: TaskSpec) -> Finding:
    """The client was generated on another system, and committed or copied in; before version 7 it has one for each."""
    return Finding(
        sentence=f"the Prisma client in the image has no query engine for {match['platform']}",
        fix="run prisma generate in the build, in the same base image, and keep the client it makes, "
        f'or add "{match["platform"]}" to binaryTargets in schema.prisma',
    )


def module_kind(match: Match, spec: TaskSpec) -> Finding:
    """CommonJS and ES modules mixed up."""
    return Finding(
        sentence="Node.js reads an ES module as CommonJS, or the other way round",
        fix='set "type": "module" in package.json, or start the file that the build makes',
    )


def unbuilt_typescript(match: Match, spec: TaskSpec) -> Finding:
    """node given a .ts file."""
    return Finding(
        sentence="the start command runs TypeScript that was not built",
        fix="build it to JavaScript in the build, and start the built file",
    )


def bad_python_app(match: Match, spec: TaskSpec) -> Finding:
    """gunicorn and uvicorn are given `module:attribute`."""
    return Finding(
        sentence=f"the server finds no {match['what']} {match['name']}",
        fix="name the module and its application as MODULE:NAME in the start command",
    )


BUILD_ROWS = (
    (re.compile(r"[Ee]xec format error"), other_processor),
    (re.compile(r"\x7fELF.*not found|: ELF: not found"), other_processor),
    (re.compile(r"^(?P<file>/\S+?)(?<!\.sh): \d+: Syntax error: "), no_program),
    (
        re.compile(r"compiled against a different Node\.js version|invalid ELF header|NODE_MODULE_VERSION \d+"),
        other_native,
    ),
    (re.compile(r"error while loading shared libraries: (?P<name>[^\s:]+)"), missing_library),
    (re.compile(r"Error loading shared library (?P<name>[^\s:]+)"), missing_library),
    (re.compile(r"(?P<name>[^\s/]+\.so[.\d]*): cannot open shared object file"), missing_library),
    (re.compile(r"@prisma/client did not initialize yet"), no_prisma_client),
    (
        re.compile(r"could not locate the Query Engine for runtime [\"'`](?P<platform>[\w.-]+)"),
        no_prisma_engine,
    ),
    (
        re.compile(r"Query engine (?:library|binary) for current platform [\"'`](?P<platform>[\w.-]+).*not be found"),
        no_prisma_engine,
    ),
    (re.compile(r"No such built-in module: (?P<name>node:\S+)"), missing_node_module),
    (re.compile(r"Cannot find (?:module|package) '(?P<name>[^']+)'"), missing_node_module),
    (re.compile(r"No module named '?(?P<name>[\w.]+)'?"), missing_python_module),
    (re.compile(r"No package metadata was found for (?P<name>[\w.-]+)"), missing_distribution),
    (re.compile(r"[Mm]issing script: \"?(?P<script>[\w:.-]+)\"?"), missing_script),
    (re.compile(r'error Command "(?P<script>[\w:.-]+)" not found'), missing_script),
    (re.compile(r"Couldn't find a script named \"(?P<script>[\w:.-]+)\""), missing_script),
    (re.compile(r"^node: (?P<file>\S*env\S*): not found"), missing_env_file),
    (
        re.compile(
            r"(?:Failed to find|Unable to locate) \.env file at (?:default )?(?:path|location)s?:? "
            r"\[?(?P<file>[^\s,\]]+)"
        ),
        missing_env_file,
    ),
    (re.compile(r"Unknown file extension \"\.ts\""), unbuilt_typescript),
    (
        re.compile(r"Cannot use import statement outside a module|ERR_REQUIRE_ESM|require is not defined in ES module"),
        module_kind,
    ),
    (re.compile(r"Could not import (?P<what>module) \"(?P<name>[\w.]+)\""), bad_python_app),
    (re.compile(r"Failed to find (?P<what>attribute) '(?P<name>\w+)' in"), bad_python_app),
    (re.compile(r"(?P<what>Attribute) \"(?P<name>\w+)\" not found in module"), bad_python_app),
    (re.compile(r"can't open file '(?P<file>[^']+)'"), missing_file),
)
FILE_ROWS = (
    (re.compile(r"ENOSPC|[Nn]o space left on device"), full_disk),
    (re.compile(r"EROFS: read-only file system, \w+ '(?P<file>[^']+)'"), read_only),
    (re.compile(r"\[Errno 30\] Read-only file system: '(?P<file>[^']+)'"), read_only),
    (
        re.compile(r"(?:EACCES|EPERM): (?:permission denied|operation not permitted), \w+ '(?P<file>[^']+)'"),
        denied_file,
    ),
    (re.compile(r"PermissionError: \[Errno 13\] Permission denied: '(?P<file>[^']+)'"), denied_file),
    (re.compile(r"ENOENT: no such file or directory, \w+ '(?P<file>[^']+)'"), missing_file),
    (re.compile(r"FileNotFoundError: \[Errno 2\] No such file or directory: '(?P<file>[^']+)'"), missing_file),
)
