"""The cause of a failure, for each kind of failure: a table of facts and sentences."""

from dataclasses import dataclass, replace

import pytest

from fairway.domain import diagnosis
from fairway.domain.app import MIB
from fairway.domain.deployment import Cause
from fairway.domain.facts import Facts, Socket, Usage
from fairway.domain.health import AliveCheck, Check, CommandCheck, HttpCheck, ProbeResult, TcpCheck, Timing
from fairway.domain.ids import TaskId
from fairway.domain.image import Image
from fairway.domain.observed import Exit
from support import docker_room
from support.docker_printed import printed

IMAGE = Image(repository="localhost:7879/shop", digest="sha256:" + "1" * 64)
HEALTHZ = HttpCheck(path="/healthz")
ANY, LOOPBACK = "0.0.0.0", "127.0.0.1"


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """What was seen, and what is to be said. `fix` and `seen` are parts of the texts; None: there is none."""

    sentence: str
    seen: str = ""
    fix: str | None = None
    exit: Exit | None = None
    probe: ProbeResult | None = None
    sockets: tuple[Socket, ...] | None = None
    usage: Usage | None = None
    log: tuple[str, ...] = ()
    health: Check = HEALTHZ
    command: tuple[str, ...] | None = ("node", "server.js")
    port: int | None = 3000
    declared: bool = True
    restarts: int = 0
    previous: int | None = 17


def facts_of(case: Case, lived: float = 0.84) -> Facts:
    spec = docker_room.make_spec(
        IMAGE, command=case.command, health=case.health, port=case.port, port_declared=case.declared, memory=512 * MIB
    )
    return Facts(
        task=TaskId("3fa9c1d2e4b5"),
        spec=spec,
        exit=case.exit,
        lived=lived if case.exit else 31.2,
        probe=case.probe,
        sockets=case.sockets,
        usage=case.usage,
        log=case.log,
        restarts=case.restarts,
    )


def diagnose(case: Case) -> Cause:
    return diagnosis.diagnose(facts_of(case), previous=case.previous)


def sick(detail: str, status: int | None = None) -> ProbeResult:
    return ProbeResult(ok=False, detail=detail, status=status)


def on(*sockets: tuple[str, int]) -> tuple[Socket, ...]:
    return tuple(Socket(address=address, port=port) for address, port in sockets)


ONE, TWO, NOT_FOUND = Exit(code=1), Exit(code=2), Exit(code=127)
SET_BOTH = "fairway env set -e production DATABASE_URL JWT_SECRET"
ITSELF = ": inside a container that address is the container itself"
BOTH = "the variables DATABASE_URL and JWT_SECRET are not set in production"

CASES = {
    # How it ended.
    "exit with a code and an error": Case(
        exit=ONE,
        log=printed("typeerror"),
        sentence="the process exits with 1 after 0.8 s: TypeError: Cannot read properties of undefined (reading 'foo')",
        seen="exit code 1",
    ),
    "exit with a code and nothing printed": Case(
        exit=Exit(code=3), sentence="the process exits with 3 after 0.8 s", seen="exit code 3"
    ),
    "a rejected promise": Case(
        exit=ONE, log=printed("reject"), sentence="the process exits with 1 after 0.8 s: Error: boom"
    ),
    "a python error": Case(
        exit=ONE,
        log=("Traceback (most recent call last):", '  File "/app/main.py", line 3, in <module>', "ValueError: bad"),
        sentence="the process exits with 1 after 0.8 s: ValueError: bad",
    ),
    "killed": Case(
        exit=Exit(code=137),
        sentence="the process was ended by SIGKILL: something killed it; "
        "Docker reports no lack of memory, but can miss one",
        seen="exit code 137",
    ),
    "asked to stop": Case(
        exit=Exit(code=143),
        sentence="the process was ended by SIGTERM: something asked it to stop",
        seen="exit code 143",
    ),
    "crashed in native code": Case(
        exit=Exit(code=139), sentence="the process was ended by SIGSEGV: a crash in native code"
    ),
    "an instruction that the processor lacks": Case(
        exit=Exit(code=132),
        sentence="the process was ended by SIGILL: it used an instruction that this processor does not have",
    ),
    "ended by itself": Case(
        exit=Exit(code=0),
        log=("done",),
        sentence="the process ended by itself after 0.8 s, with exit code 0: it serves no requests then",
        seen="exit code 0",
        fix="in the foreground",
    ),
    "a worker that ended by itself": Case(
        exit=Exit(code=0),
        port=None,
        sentence="the process ended by itself after 0.8 s, with exit code 0: a service has to go on running",
        fix="in the foreground",
    ),
    "exit 0 although the database refused": Case(
        exit=Exit(code=0),
        log=("MongooseServerSelectionError: connect ECONNREFUSED 127.0.0.1:27017", "shutting down"),
        sentence="the app can't reach MongoDB at 127.0.0.1:27017" + ITSELF,
        seen="exit code 0 after 0.8 s",
        fix="fairway env set -e production",
    ),
    "again and again": Case(
        exit=ONE,
        restarts=4,
        sentence="the process exits with 1 after 0.8 s",
        seen="exit code 1; it has ended 5 times, 0.8 s after its start",
    ),
    # Memory.
    "out of memory": Case(
        exit=Exit(code=137, oom_killed=True),
        usage=Usage(cpu_ns=1, memory=500 * MIB, peak=511 * MIB, limit=512 * MIB),
        sentence="the kernel killed the process: it needed more memory than its limit of 512 MB",
        seen="out-of-memory kill after 0.8 s, peak 511 MB of 512 MB",
        fix="raise services.web.memory in fairway.toml (now 512 MB)",
    ),
    "out of memory in a child": Case(
        exit=Exit(code=1, oom_killed=True),
        log=("npm error signal SIGKILL",),
        sentence="the kernel killed the process: it needed more memory than its limit of 512 MB",
        fix="raise services.web.memory",
    ),
    "out of heap": Case(
        exit=Exit(code=134),
        log=printed("heap"),
        sentence="Node.js ran out of heap; the task's memory limit is 512 MB",
        seen="FATAL ERROR: Reached heap limit Allocation failed - JavaScript heap out of memory",
        fix="raise services.web.memory",
    ),
    # What could not be started.
    "no such program, under docker-init": Case(
        exit=NOT_FOUND,
        log=("[FATAL tini (7)] exec serve failed: No such file or directory",),
        sentence='there is no program "serve" in the image',
        seen="exit code 127",
        fix="set services.web.command in fairway.toml",
    ),
    "no such program, by the engine": Case(
        exit=Exit(
            code=127,
            error="failed to create shim: OCI runtime create failed: runc create failed: unable to start container "
            'process: exec: "serve": executable file not found in $PATH: unknown',
        ),
        sentence='there is no program "serve" in the image',
        fix="set services.web.command in fairway.toml",
    ),
    "no such program, in a script": Case(
        exit=NOT_FOUND,
        log=printed("npmrun"),
        sentence='there is no program "nest" in the image',
        fix='start the built app without nest, or name nest under "dependencies" in package.json',
    ),
    "no such program, and the entrypoint of Node.js's images has node run it": Case(
        exit=ONE,
        command=("serve", "-l", "3000"),
        log=("Error: Cannot find module '/app/serve'",),
        sentence='there is no program "serve" in the image',
        seen="exit code 1",
        fix="set services.web.command in fairway.toml",
    ),
    "a file that an entrypoint of one's own gives to node": Case(
        exit=ONE,
        command=("server.js",),
        log=("Error: Cannot find module '/app/server.js'",),
        sentence="the file /app/server.js is not in the image",
    ),
    "no such program, and nothing says which": Case(
        exit=NOT_FOUND, sentence="the start command was not found in the image", seen="exit code 127"
    ),
    "no address range for a network": Case(
        exit=Exit(code=-1, error="no address range is left for the network fairway-shop: 30 networks are there"),
        sentence="Docker has no address range left for the network of another environment",
        fix="fairway down",
    ),
    "not executable": Case(
        exit=Exit(code=126),
        log=("[FATAL tini (8)] exec /app/start.sh failed: Permission denied",),
        sentence='"/app/start.sh" is not executable in the image',
        seen="exit code 126",
        fix="git update-index --chmod=+x start.sh",
    ),
    "a script whose first line names nothing": Case(
        exit=NOT_FOUND,
        log=("[FATAL tini (7)] exec ./entrypoint.sh failed: No such file or directory",),
        sentence='"./entrypoint.sh" can\'t be started: it is not in the image, or the program in its first line is not',
        seen="exit code 127",
        fix="don't end as on Windows",
    ),
    "another processor, by the engine": Case(
        exit=Exit(code=1, error="standard_init_linux.go:228: exec user process caused: exec format error"),
        sentence="the program is built for another kind of processor than this host's",
        fix="--platform",
    ),
    "another processor, in the log": Case(
        exit=Exit(code=1),
        log=("exec /server: exec format error",),
        sentence="the program is built for another kind of processor than this host's",
        seen="exec /server: exec format error",
        fix="--platform",
    ),
    "another processor, as a shell sees it": Case(
        exit=Exit(code=2),
        log=('/server: 2: Syntax error: ")" unexpected',),
        sentence="/server is neither a program that this host's processor can run nor a shell script",
        fix="--platform",
    ),
    "another error of the engine": Case(
        exit=Exit(code=128, error="cgroup is gone"),
        sentence="the engine could not start the process",
        seen="cgroup is gone",
    ),
    "no start script": Case(
        exit=ONE,
        log=printed("npmstart"),
        sentence='package.json has no script "start"',
        seen='npm error Missing script: "start"',
        fix="add it, or set services.web.command in fairway.toml",
    ),
    "no start script, yarn": Case(
        exit=ONE, log=('error Command "start" not found.',), sentence='package.json has no script "start"', fix="add it"
    ),
    # Modules and files.
    "a package is missing": Case(
        exit=ONE,
        log=printed("missing"),
        sentence="the package nope is not in the image",
        seen="Error: Cannot find module 'nope'; exit code 1 after 0.8 s",
        fix='name nope under "dependencies" in package.json (npm install nope)',
    ),
    "an ES module's package is missing": Case(
        exit=ONE, log=printed("esm"), sentence="the package nope is not in the image", fix="npm install nope"
    ),
    "a scoped package's file is missing": Case(
        exit=ONE,
        log=("Error: Cannot find module '@nestjs/core/x'",),
        sentence="the package @nestjs/core is not in the image",
        fix="npm install @nestjs/core",
    ),
    "a file of the app is missing": Case(
        exit=ONE, log=printed("missingfile"), sentence="the file ./nothere is not in the image"
    ),
    "the built file is missing": Case(
        exit=ONE,
        log=printed("nofile"),
        sentence="the file /app/dist/main.js is not in the image",
        fix="see that the build makes it, and that the image keeps it",
    ),
    "an ES module's file is missing": Case(
        exit=ONE, log=printed("esmfile"), sentence="the file /app/gone.js is not in the image"
    ),
    "a package that nobody installed": Case(
        exit=Exit(code=3),
        log=(
            "importlib.metadata.PackageNotFoundError: No package metadata was found for shop",
            "Worker exiting (pid: 8)",
        ),
        sentence="the app asks for the installed package shop, which is not installed in the image",
        fix="[build-system]",
    ),
    "a python module is missing": Case(
        exit=ONE,
        log=printed("pymod"),
        sentence="the Python module flask is not in the image",
        fix="name the package that brings flask among the app's requirements",
    ),
    "a python program is missing": Case(
        exit=TWO, log=printed("pyfile"), sentence="the file /app/app.py is not in the image"
    ),
    "uvicorn finds no module": Case(
        exit=ONE,
        log=printed("uvicorn"),
        sentence="the server finds no module main",
        fix="name the module and its application as MODULE:NAME",
    ),
    "gunicorn finds no module": Case(
        exit=Exit(code=3), log=printed("gunicorn"), sentence="the Python module main is not in the image", fix="main"
    ),
    "a file is missing": Case(
        exit=ONE, log=printed("enoent"), sentence="the file /app/config.json is not in the image", seen="ENOENT"
    ),
    "a file is missing, python": Case(
        exit=ONE, log=printed("pyopen"), sentence="the file /app/x.json is not in the image"
    ),
    "no .env": Case(
        exit=Exit(code=9),
        log=printed("envfile"),
        sentence="the start command wants the file .env.absent, which the image does not have",
        fix="start without it: Fairway gives the process its variables itself",
    ),
    "may not write": Case(
        exit=ONE,
        log=("Error: EACCES: permission denied, mkdir '/app/uploads'",),
        sentence="the process may not use /app/uploads: permission denied",
        fix="chown",
    ),
    "may not write, python": Case(
        exit=ONE,
        log=("PermissionError: [Errno 13] Permission denied: '/data/db.sqlite3'",),
        sentence="the process may not use /data/db.sqlite3: permission denied",
        fix="chown",
    ),
    "a read-only file": Case(
        exit=ONE,
        log=("Error: EROFS: read-only file system, open '/etc/app.conf'",),
        sentence="/etc/app.conf can't be written: its file system is read-only",
    ),
    "a full disk": Case(
        exit=ONE,
        log=("Error: ENOSPC: no space left on device, write",),
        sentence="the host's disk is full",
        fix="docker system df",
    ),
    "a native module of another system": Case(
        exit=ONE,
        log=("Error: /app/node_modules/bcrypt/lib/binding/bcrypt_lib.node: invalid ELF header",),
        sentence="a native module in node_modules was built for another system or Node.js than the image's",
        fix=".dockerignore",
    ),
    "a system library is missing": Case(
        exit=ONE,
        log=("Error: libssl.so.1.1: cannot open shared object file: No such file or directory",),
        sentence="the system library libssl.so.1.1 is not in the image",
        fix="Dockerfile",
    ),
    "the prisma client is missing": Case(
        exit=ONE,
        log=('Error: @prisma/client did not initialize yet. Please run "prisma generate" and try to import it again.',),
        sentence="the Prisma client was not generated in the image",
        fix="run prisma generate in the build",
    ),
    "the prisma client was generated elsewhere": Case(
        exit=ONE,
        log=(
            "PrismaClientInitializationError: ",
            "Invalid `prisma.user.findMany()` invocation:",
            'Prisma Client could not locate the Query Engine for runtime "debian-openssl-3.0.x".',
            'This happened because Prisma Client was generated for "darwin-arm64", but the actual deployment required '
            '"debian-openssl-3.0.x".',
        ),
        sentence="the Prisma client in the image has no query engine for debian-openssl-3.0.x",
        fix='add "debian-openssl-3.0.x" to binaryTargets',
    ),
    "an older prisma client was generated elsewhere": Case(
        exit=ONE,
        log=('Error: Query engine library for current platform "linux-musl" could not be found.',),
        sentence="the Prisma client in the image has no query engine for linux-musl",
        fix="run prisma generate in the build",
    ),
    "an ES module read as CommonJS": Case(
        exit=ONE,
        log=("import express from 'express'", "SyntaxError: Cannot use import statement outside a module"),
        sentence="Node.js reads an ES module as CommonJS, or the other way round",
        fix='"type": "module"',
    ),
    "typescript that was not built": Case(
        exit=ONE,
        log=('TypeError [ERR_UNKNOWN_FILE_EXTENSION]: Unknown file extension ".ts" for /app/src/index.ts',),
        sentence="the start command runs TypeScript that was not built",
        fix="start the built file",
    ),
    # Variables.
    "envalid": Case(
        exit=ONE,
        log=printed("envalid"),
        sentence="the variables SESSION_SECRET and STRIPE_KEY are not set in production",
        seen="SESSION_SECRET: undefined",
        fix="fairway env set -e production SESSION_SECRET STRIPE_KEY",
    ),
    "zod 3": Case(exit=ONE, log=printed("zod3"), sentence=BOTH, fix=SET_BOTH),
    "zod 4": Case(exit=ONE, log=printed("zod4"), sentence=BOTH, fix=SET_BOTH),
    "zod, flattened": Case(exit=ONE, log=printed("zod3flat"), sentence=BOTH, fix=SET_BOTH),
    "zod, prettified": Case(exit=ONE, log=printed("zod4pretty"), sentence=BOTH, fix=SET_BOTH),
    "t3-env": Case(
        exit=ONE,
        log=printed("t3"),
        sentence="the variable DATABASE_URL is not set in production",
        fix="fairway env set -e production DATABASE_URL",
    ),
    "joi": Case(exit=ONE, log=printed("joi"), sentence=BOTH, fix=SET_BOTH),
    "env-var": Case(
        exit=ONE,
        log=printed("envvar"),
        sentence="the variable DATABASE_URL is not set in production",
        fix="fairway env set -e production DATABASE_URL",
    ),
    "dotenv-safe": Case(exit=ONE, log=printed("dotenvsafe"), sentence=BOTH, fix=SET_BOTH),
    "prisma's variable": Case(
        exit=ONE,
        log=("PrismaClientInitializationError: ", "error: Environment variable not found: DATABASE_URL.", "  -->  s:3"),
        sentence="the variable DATABASE_URL is not set in production",
        fix="fairway env set -e production DATABASE_URL",
    ),
    "the variable of prisma's configuration": Case(
        exit=ONE,
        log=("Failed to load config file. Error: ConfigEnvError: Cannot resolve environment variable: DATABASE_URL.",),
        sentence="the variable DATABASE_URL is not set in production",
        fix="fairway env set -e production DATABASE_URL",
    ),
    "os.environ": Case(
        exit=ONE,
        log=printed("keyerror"),
        sentence="the variable DATABASE_URL is not set in production",
        seen="KeyError: 'DATABASE_URL'",
        fix="fairway env set -e production DATABASE_URL",
    ),
    "pydantic-settings": Case(exit=ONE, log=printed("pydsettings"), sentence=BOTH, fix=SET_BOTH),
    "decouple": Case(
        exit=ONE,
        log=printed("decouple"),
        sentence="the variable SECRET_KEY is not set in production",
        fix="fairway env set -e production SECRET_KEY",
    ),
    "django-environ": Case(
        exit=ONE,
        log=printed("environ"),
        sentence="the variable SECRET_KEY is not set in production",
        fix="fairway env set -e production SECRET_KEY",
    ),
    **{
        f"by hand: {line}": Case(
            exit=ONE,
            log=(line,),
            sentence="the variable STRIPE_KEY is not set in production",
            fix="fairway env set -e production STRIPE_KEY",
        )
        for line in (
            "Error: STRIPE_KEY is required",
            "Error: Missing environment variable STRIPE_KEY",
            "Error: Missing required environment variable: STRIPE_KEY",
            "FATAL: missing env var STRIPE_KEY!",
            "Environment variable STRIPE_KEY is not set",
            "STRIPE_KEY environment variable is required",
            "process.env.STRIPE_KEY is undefined",
            "You must set STRIPE_KEY: STRIPE_KEY must be set",
            "Please define the STRIPE_KEY environment variable inside .env.local",
            "No STRIPE_KEY provided",
        )
    },
    # Connections.
    "the database refuses": Case(
        exit=ONE,
        log=("Error: connect ECONNREFUSED 10.0.0.7:5432", "    at TCPConnectWrap.afterConnect"),
        sentence="the app can't reach PostgreSQL at 10.0.0.7:5432: the connection is refused",
        seen="Error: connect ECONNREFUSED 10.0.0.7:5432; exit code 1 after 0.8 s",
    ),
    "the database is thought to be in the container": Case(
        exit=ONE,
        log=("Error: connect ECONNREFUSED ::1:5432", "    at TCPConnectWrap.afterConnect"),
        sentence="the app can't reach PostgreSQL at [::1]:5432" + ITSELF,
        fix="set the variable that holds this address",
    ),
    "redis refuses": Case(
        exit=ONE,
        log=("[ioredis] Unhandled error event: Error: connect ECONNREFUSED 127.0.0.1:6379",),
        sentence="the app can't reach Redis at 127.0.0.1:6379" + ITSELF,
        fix="set the variable",
    ),
    "psycopg": Case(
        exit=ONE,
        log=(
            'OperationalError: connection to server at "db" (172.18.0.3), port 5432 failed: Connection refused',
            "\tIs the server running on that host and accepting TCP/IP connections?",
        ),
        sentence="the app can't reach PostgreSQL at db:5432: the connection is refused",
    ),
    "prisma's database": Case(
        exit=ONE,
        log=("Error: P1001: Can't reach database server at `db.internal:5432`",),
        sentence="the app can't reach PostgreSQL at db.internal:5432: the connection is refused",
    ),
    "an unknown host": Case(
        exit=ONE,
        log=printed("pghost"),
        sentence="the app can't reach the host db.invalid: there is no such name on its network",
        fix="set the variable that holds this name",
    ),
    "a refused connection without an address": Case(
        exit=ONE,
        log=printed("pyrefused"),
        sentence="something that the app needs refuses the connection, and the log does not say what",
    ),
    "a wrong password": Case(
        exit=ONE,
        log=('error: password authentication failed for user "shop"',),
        sentence="the database refuses the password of the user shop",
        fix="set the variable that holds it",
    ),
    "no such table": Case(
        exit=ONE,
        log=('error: relation "users" does not exist',),
        sentence="the database has no table users",
        fix="run the app's migrations first",
    ),
    "a port in use": Case(
        exit=ONE,
        log=printed("eaddr"),
        sentence="port 5488 is already in use inside the container: the app itself listens on it twice",
    ),
    "a low port": Case(
        exit=ONE,
        log=("Error: listen EACCES: permission denied 0.0.0.0:80",),
        sentence="the process may not listen on port 80: ports below 1024 are the system's",
        fix="listen on the port that PORT names",
    ),
    # Runs, and not where it is asked.
    "on loopback": Case(
        sockets=on((LOOPBACK, 3000)),
        probe=sick("connection refused on 172.18.0.2:3000"),
        log=("Server ready at http://127.0.0.1:3000",),
        sentence="the process listens on 127.0.0.1:3000, so nothing outside its container can reach it",
        seen="a socket on 127.0.0.1:3000 in the container; none on 0.0.0.0:3000",
        fix='listen on 0.0.0.0, e.g. app.listen(port, "0.0.0.0")',
    ),
    "on IPv6's loopback and another port": Case(
        sockets=on(("::1", 5173)),
        sentence="the process listens on [::1]:5173, so nothing outside its container can reach it, "
        "and Fairway asked port 3000",
        fix="listen on 0.0.0.0",
    ),
    "gunicorn on loopback": Case(
        sockets=on((LOOPBACK, 8000)),
        port=8000,
        command=("gunicorn", "main:app"),
        sentence="the process listens on 127.0.0.1:8000, so nothing outside its container can reach it",
        fix="gunicorn --bind 0.0.0.0:8000",
    ),
    "on another port": Case(
        sockets=on((ANY, 8080)),
        probe=sick("connection refused on 172.18.0.2:3000"),
        sentence="the process listens on port 8080, services.web.port names 3000",
        seen="sockets in the container: 0.0.0.0:8080",
        fix="set port = 8080 under [services.web] in fairway.toml, "
        "or let the app listen on the port that the variable PORT names",
    ),
    "on another port than was guessed": Case(
        sockets=on((ANY, 8080), (LOOPBACK, 9229)),
        declared=False,
        sentence="the process listens on port 8080, Fairway guessed 3000",
        fix="set port = 8080",
    ),
    "on three other ports": Case(
        sockets=on((ANY, 4000), ("::", 5000), (ANY, 6000)),
        sentence="the process listens on ports 4000, 5000 and 6000, services.web.port names 3000",
        seen="0.0.0.0:4000, [::]:5000, 0.0.0.0:6000",
        fix="set services.web.port to the right one",
    ),
    "on nothing": Case(
        sockets=(),
        probe=sick("connection refused on 172.18.0.2:3000"),
        log=("starting",),
        sentence="the process runs, but listens on no port; Fairway asked 3000",
        seen="no listening socket in the container after 31 s",
        fix="services.web.health.start_period",
    ),
    "on nothing but its debugger": Case(
        sockets=on((LOOPBACK, 9229)),
        sentence="the process runs, but listens on no port; Fairway asked 3000",
        fix="listen on the port that the variable PORT names",
    ),
    "on nothing, while it waits for its database": Case(
        sockets=(),
        log=("Error: connect ECONNREFUSED 127.0.0.1:5432", "retrying in 5 s"),
        sentence="the app can't reach PostgreSQL at 127.0.0.1:5432" + ITSELF,
        seen="no listening socket in the container after 31 s",
        fix="set the variable",
    ),
    # Runs, and answers badly.
    "404": Case(
        sockets=on((ANY, 3000)),
        probe=sick("GET /healthz answered 404: Cannot GET /healthz", 404),
        sentence="GET /healthz answers 404: the app has no such path: Cannot GET /healthz",
        fix='name one that it has: health = { path = "..." } under [services.web] in fairway.toml',
    ),
    "301": Case(
        sockets=on((ANY, 3000)),
        health=HttpCheck(path="/", accept_below=300),
        probe=sick("GET / answered 301 to https://example.com/", 301),
        sentence="GET / answers 301, a redirect to https://example.com/",
        fix="name a path that answers 200 by itself",
    ),
    "401": Case(
        sockets=on((ANY, 3000)),
        probe=sick('GET /healthz answered 401: {"error":"no token"}', 401),
        sentence='GET /healthz answers 401: the path wants credentials: {"error":"no token"}',
        fix="name a path that is open to everybody",
    ),
    "400 of Django": Case(
        sockets=on((ANY, 3000)),
        probe=sick("GET /healthz answered 400: Bad Request (400)", 400),
        log=("Invalid HTTP_HOST header: 'localhost'. You may need to add 'localhost' to ALLOWED_HOSTS.",),
        sentence="GET /healthz answers 400: Django does not accept the check's Host header, localhost",
        fix='add "localhost" to ALLOWED_HOSTS',
    ),
    "400": Case(
        sockets=on((ANY, 3000)),
        probe=sick("GET /healthz answered 400: Bad Request", 400),
        sentence="GET /healthz answers 400: Bad Request",
        seen="asked with Host: localhost",
    ),
    "500": Case(
        sockets=on((ANY, 3000)),
        probe=sick("GET /healthz answered 500: database is down", 500),
        sentence="GET /healthz answers 500: database is down",
        seen="31 s after the start",
    ),
    "503 because of the database": Case(
        sockets=on((ANY, 3000)),
        probe=sick("GET /healthz answered 503", 503),
        log=("Error: connect ECONNREFUSED 10.0.0.7:27017",),
        sentence="GET /healthz answers 503",
        seen="the app can't reach MongoDB at 10.0.0.7:27017: the connection is refused",
    ),
    "418": Case(
        sockets=on((ANY, 3000)),
        probe=sick("GET /healthz answered 418: I'm a teapot", 418),
        sentence="GET /healthz answers 418: I'm a teapot",
    ),
    "too slow": Case(
        sockets=on((ANY, 3000)),
        probe=sick("no answer to GET /healthz within 2 s"),
        sentence="GET /healthz takes longer than the check's time-out of 2 s",
        fix='make it faster, or raise it: health = { timeout = "..." } under [services.web]',
    ),
    "a port that takes no connection in time": Case(
        sockets=None,
        health=TcpCheck(timing=Timing(timeout=0.5)),
        probe=sick("no connection to 172.18.0.2:3000 within 0.5 s"),
        sentence="the check takes longer than the check's time-out of 0.5 s",
        fix="raise it",
    ),
    "refused, and the sockets could not be seen": Case(
        probe=sick("connection refused on 172.18.0.2:3000"),
        sentence="nothing takes connections on port 3000, 31 s after the start",
        seen="connection refused on 172.18.0.2:3000",
    ),
    "no HTTP": Case(
        sockets=on((ANY, 3000)),
        probe=sick("172.18.0.2:3000 answered something that is not HTTP"),
        sentence="the process runs, but its check fails: 172.18.0.2:3000 answered something that is not HTTP",
    ),
    "a command": Case(
        port=None,
        health=CommandCheck(command=("node", "check.js")),
        probe=sick('"node check.js" ended with 4: not yet'),
        sentence='the health check fails: "node check.js" ended with 4: not yet',
    ),
    "never checked": Case(port=None, health=AliveCheck(), sentence="the process runs, and was not checked within 31 s"),
}


@pytest.mark.parametrize("case", CASES.values(), ids=CASES.keys())
def test_each_failure_has_its_cause(case: Case) -> None:
    cause = diagnose(case)

    assert cause.sentence == case.sentence
    assert case.seen in cause.seen
    if case.fix is None:
        assert cause.fix == ""
    else:
        assert case.fix in cause.fix


@pytest.mark.parametrize("case", CASES.values(), ids=CASES.keys())
def test_no_cause_has_forbidden_words_or_ends_with_a_full_stop(case: Case) -> None:
    cause = diagnose(case)

    text = f"{cause.sentence} {cause.fix}".lower()
    assert not any(word in text for word in ("something went wrong", "successfully", "please", "traceback"))
    assert not cause.sentence.endswith(".")
    assert "\n" not in cause.sentence + cause.seen + cause.fix


def test_the_log_shows_the_lines_around_the_telling_one() -> None:
    log = (*(f"noise {number}" for number in range(40)), *printed("missing"), *(f"later {n}" for n in range(40)))

    cause = diagnose(Case(exit=ONE, log=log, sentence=""))

    assert "Error: Cannot find module 'nope'" in cause.log
    assert len(cause.log) <= 12
    assert cause.log.index("Error: Cannot find module 'nope'") <= 2


def test_the_log_shows_the_last_lines_when_none_is_telling() -> None:
    cause = diagnose(Case(exit=Exit(code=3), log=(*(str(n) for n in range(40)), "", ""), sentence=""))

    assert cause.log == tuple(str(n) for n in range(30, 40))


def test_colours_and_endless_lines_are_kept_out_of_the_report() -> None:
    cause = diagnose(Case(exit=Exit(code=3), log=("\x1b[31mred\x1b[0m", "x" * 5000), sentence=""))

    assert cause.log[0] == "red"
    assert len(cause.log[1]) == 300


def test_the_log_of_the_release_that_serves_is_named_only_when_no_fix_is_known() -> None:
    known = diagnose(CASES["a package is missing"])
    unknown = diagnose(CASES["no HTTP"])
    first = diagnose(replace(CASES["no HTTP"], previous=None))

    assert known.more == ("fairway logs web --task 3fa9c1 -e production",)
    assert unknown.more == (*known.more, "fairway logs web --release 17 -e production")
    assert first.more == known.more


def test_the_last_attempt_counts() -> None:
    log = ("Error: Cannot find module 'old'", "restarted", "Error: Cannot find module 'new'")

    assert diagnose(Case(exit=ONE, log=log, sentence="")).sentence == "the package new is not in the image"


def test_a_check_in_the_source_that_node_prints_is_no_missing_variable() -> None:
    log = ('  if (!key) throw new Error("STRIPE_KEY is required when billing")', "TypeError: boom is not a function")

    cause = diagnose(Case(exit=ONE, log=log, sentence=""))

    assert cause.sentence == "the process exits with 1 after 0.8 s: TypeError: boom is not a function"


def test_a_variable_that_is_wrong_and_not_missing_is_not_called_missing() -> None:
    log = ("ZodError: [", "  {", '    "code": "invalid_string",', '    "path": [', '      "DATABASE_URL"', "    ],")
    log += ('    "message": "Invalid url"', "  },", "  {", '    "path": [ "X_Y" ],', '    "message": "Required"')

    cause = diagnose(Case(exit=ONE, log=log, sentence=""))

    assert "DATABASE_URL" not in cause.sentence
