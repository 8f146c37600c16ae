"""The Dockerfile of a Node.js app, in stages:

    tools ─► deps ─► build ─► test          deps: everything, from manifests and lock file alone
      └────► production ─┐      │           production: what runs, installed the same way
                         └──────┴─► (final)

A change of the code alone rebuilds from `build` on, and where there is nothing to build it only copies. The test stage
is made when it is asked for (`--target test`).
"""

import posixpath
from collections.abc import Iterable, Mapping

from fairway.build.detect import shell
from fairway.build.recipe import install, text
from fairway.domain.detection import Detection, Manager, NodeInstall

TOOLCHAIN = ("python3", "make", "g++")
# For a build that installs in another folder: under NODE_ENV=production it would miss what it builds with.
EVERYTHING = "npm_config_include=dev npm_config_production=false YARN_PRODUCTION=false"
# A build must never see a live database; Prisma wants the variable to be set, and connects to nothing.
# From version 7 on it asks for an engine's file, and uses it for migrations alone.
NO_ENGINE = "PRISMA_SCHEMA_ENGINE_BINARY=/bin/true"
NO_DATABASE = "DATABASE_URL=${DATABASE_URL:-postgresql://nobody@127.0.0.1:1/none}"


def dockerfile(
    detection: Detection, needs: NodeInstall, *, base: str, test: str | None, args: Mapping[str, str]
) -> str:
    """The whole Dockerfile."""
    parts = [
        text.header(detection),
        stage(tools(detection, needs, base)),
        stage(dependencies(detection, needs)),
        stage(build(detection, needs, args)),
        *([stage(tests(detection, test, args))] if test else []),
        *([] if needs.development else [stage(production(detection, needs))]),
        stage(final(detection, needs, base)),
    ]
    return "\n\n".join(parts) + "\n"


def stage(lines: Iterable[str]) -> str:
    """A stage's instructions."""
    return "\n".join(lines)


def tools(detection: Detection, needs: NodeInstall, base: str) -> list[str]:
    """The base image with the package manager, and with a compiler or git where they are needed."""
    debian = [*(TOOLCHAIN if needs.native else ()), *(("git", "ca-certificates") if needs.git else ()), *openssl(needs)]
    lines = [f"FROM {base} AS tools", "WORKDIR /app", *([text.apt(debian)] if debian else [])]
    # npm brings the other package managers.
    lines.append(text.variables({**install.PLACES[Manager.NPM], **needs.build_variables}))
    if detection.packages:
        lines += install.tools(detection.packages)
        if detection.packages.manager is Manager.BERRY:
            lines.append(
                text.variables(
                    {**install.PLACES[Manager.BERRY], "YARN_NODE_LINKER": "node-modules", "YARN_ENABLE_TELEMETRY": "0"}
                )
            )
    return [*lines, path_of(detection)]


def dependencies(detection: Detection, needs: NodeInstall) -> list[str]:
    """All dependencies, development ones included."""
    lines = ["FROM tools AS deps", *text.copies(needs.manifests)]
    lines.append(installation(detection, needs, install.commands(detection, needs).every))
    if needs.patched:
        lines.append(text.run("patch-package"))
    if needs.prisma is not None and needs.in_modules:
        lines += prisma_files(detection, needs)
        lines.append(
            text.run(
                f"{install.CERTIFICATES}; {text.BREAK} {to_schema(detection, needs)}{generate(needs)}",
                mounts=(text.SECRET,),
            )
        )
    return lines


def build(detection: Detection, needs: NodeInstall, args: Mapping[str, str]) -> list[str]:
    """The sources, and what is made of them. /out is the app without node_modules: what the final image takes."""
    lines = ["FROM deps AS build", "COPY . ."]
    made = built(detection, needs)
    if not made:
        return lines
    lines += text.arguments(args)
    mode = "" if "NODE_ENV" in args else "export NODE_ENV=production; "
    pack = (
        "mkdir /out && tar --exclude=node_modules --exclude=./.git --exclude=./.next/cache -cf - . | tar -xf - -C /out"
    )
    mode += f"export {EVERYTHING}; " if needs.installs else ""
    # A build script may call prisma as well, and Prisma's configuration insists on the variable.
    mode += "" if needs.prisma is None else f"export {NO_DATABASE}; "
    mode += "" if needs.prisma is None or needs.engines else f"export {NO_ENGINE}; "
    modules = [shell.quote(f"{folder}/node_modules") for folder in needs.kept]
    pack += "".join(f" && if [ -d {each} ]; then cp -a --parents {each} /out; fi" for each in modules)
    mode += f"{install.HEADERS}; " if needs.installs and needs.native else ""
    cache = (install.CACHES[detection.packages.manager],) if needs.installs and detection.packages else ()
    commands = [f"{mode}{install.CERTIFICATES};", *(f"{command} &&" for command in made), f"cd /app && {pack}"]
    lines.append(text.run(f" {text.BREAK} ".join(commands), mounts=(*cache, text.SECRET)))
    return lines


def built(detection: Detection, needs: NodeInstall) -> list[str]:
    """The commands that make something of the sources."""
    at = into(detection)
    # A client among the sources takes its module system from tsconfig.json, and so waits for the sources.
    client = [generate(needs)] if needs.prisma is not None and not needs.in_modules else []
    shared = [f"({to_schema(detection, needs)}{command})" for command in client] if needs.prisma_at else []
    found = [*shared, *(f"(cd /app && {command})" for command in needs.before_build)]
    own = [] if shared else client
    commands = [*own, *needs.after_copy, *([detection.build.command] if detection.build else [])]
    return found + [f"({at}{command})" if at or set(command) & set("&|;") else command for command in commands]


def tests(detection: Detection, test: str, args: Mapping[str, str]) -> list[str]:
    """The stage that runs the tests, with everything that the build had."""
    place = install.inside(detection)
    folder = [] if place == "." else [f"WORKDIR {quoted('/app/' + place)}"]
    return ["FROM build AS test", *folder, *text.arguments(args), "ENV CI=true", text.run(test)]


def production(detection: Detection, needs: NodeInstall) -> list[str]:
    """The dependencies for production, compiled where they must be, with Prisma's client and the patches."""
    if install.prunable(detection, needs):
        pruned = f"{install.CERTIFICATES}; {text.BREAK} npm prune --omit=dev --no-audit --no-fund"
        return ["FROM deps AS production", text.run(pruned, mounts=(install.CACHES[Manager.NPM], text.SECRET))]
    lines = ["FROM tools AS production", *text.copies(needs.manifests)]
    lines.append(installation(detection, needs, install.commands(detection, needs).production, *judged(detection)))
    mount = "--mount=type=bind,from=deps,source=/app,target=/deps"
    if needs.patched:
        lines.append(text.run("/deps/node_modules/.bin/patch-package", mounts=(mount,)))
    if needs.prisma is not None and needs.in_modules:
        place = posixpath.normpath(posixpath.join("/deps", schema_place(detection, needs)))
        search = f"PATH={shell.quote(place + '/node_modules/.bin')}:/deps/node_modules/.bin:$PATH"
        lines += prisma_files(detection, needs)
        lines.append(
            text.run(
                f"{install.CERTIFICATES}; {text.BREAK} {to_schema(detection, needs)}{search} {generate(needs)}",
                mounts=(mount + ",rw", text.SECRET),
            )
        )
    return lines


def judged(detection: Detection) -> list[str]:
    """A mount of the lock file as `deps` has it. yarn 2 and later install for production without asking whether the
    lock file matches; where there is nothing to build nobody else needs `deps`, which would not refuse it then."""
    packages = detection.packages
    if packages is None or packages.manager is not Manager.BERRY or packages.lock is None:
        return []
    return [f"--mount=type=bind,from=deps,source=/app/{packages.lock},target=/deps/{packages.lock}"]


def final(detection: Detection, needs: NodeInstall, base: str) -> list[str]:
    """The image that runs."""
    place = posixpath.normpath(posixpath.join("/app", install.inside(detection)))
    empties = [shell.quote(posixpath.join(place, path)) for path in needs.empty_files]
    folders = dict.fromkeys(["/app", shell.quote(place), *(shell.quote(folder) for folder in needs.folders)])
    source = ["--from=build", "/out"] if built(detection, needs) else ["", "."]
    lines = [
        f"FROM {base}",
        text.variables({"NODE_ENV": "production", **needs.variables}),
        path_of(detection),
        *([text.apt(openssl(needs))] if openssl(needs) else []),
        text.user(*folders, files=empties),
        "WORKDIR /app",
        text.copy(
            ["/app"], into="./", options=f"--from={'deps' if needs.development else 'production'} --chown={text.OWNER}"
        ),
        text.copy([source[1]], into="./", options=f"{source[0]} --chown={text.OWNER}".strip()),
        *([] if place == "/app" else [f"WORKDIR {quoted(place)}"]),
        f"USER {text.OWNER}",
    ]
    if detection.port:
        lines.append(f"EXPOSE {detection.port.number}")
    if detection.start:
        lines.append(text.exec_form(detection.start.command))
    return lines


def installation(detection: Detection, needs: NodeInstall, command: str, *more: str) -> str:
    """A RUN that installs, with `more` mounts."""
    if detection.packages is None:
        raise ValueError("a Node.js app without a package manager")
    mounts = (install.CACHES[detection.packages.manager], text.SECRET, *more)
    lines = [f"{line};" for line in install.prepare(needs)[:1]]
    lines += [f"{line} &&" if line.startswith("node ") else f"{line};" for line in install.prepare(needs)[1:]]
    return text.run(f" {text.BREAK} ".join([*lines, command]), mounts=mounts)


def prisma_files(detection: Detection, needs: NodeInstall) -> list[str]:
    """COPY instructions for Prisma's schema, where it lies in the repository."""
    return text.copies([posixpath.join(schema_place(detection, needs), needs.prisma or "").removeprefix("./")])


def schema_place(detection: Detection, needs: NodeInstall) -> str:
    """The folder that Prisma's schema belongs to, relative to the build context."""
    return needs.prisma_at or install.inside(detection)


def generate(needs: NodeInstall) -> str:
    """The command that generates Prisma's client, without a database."""
    return f"{NO_DATABASE} {'' if needs.engines else NO_ENGINE + ' '}prisma generate"


def openssl(needs: NodeInstall) -> tuple[str, ...]:
    """Prisma's engines look for OpenSSL, which slim images lack."""
    return ("openssl",) if needs.engines else ()


def into(detection: Detection) -> str:
    """`cd` to the app's folder, when it is not the context itself."""
    return to(install.inside(detection))


def to_schema(detection: Detection, needs: NodeInstall) -> str:
    """`cd` to the folder that Prisma's schema belongs to, when it is not the context itself."""
    return to(schema_place(detection, needs))


def to(place: str) -> str:
    """`cd` to a folder of the context; nothing for the context itself."""
    return "" if place == "." else f"cd {shell.quote('/app/' + place)} && "


def path_of(detection: Detection) -> str:
    """An ENV that finds the programs of installed packages."""
    place = install.inside(detection)
    own = "" if place == "." else f"/app/{place}/node_modules/.bin:"
    return f'ENV PATH="{own}/app/node_modules/.bin:$PATH"'


def quoted(path: str) -> str:
    """A path for WORKDIR."""
    return path if " " not in path else f'"{path}"'
