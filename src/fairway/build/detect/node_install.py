"""What the generated Dockerfile of a Node.js app installs and prepares, and what a person should know of it."""

import posixpath

from fairway.build.detect import (
    bind,
    build_script,
    data_folders,
    downloads,
    env_files,
    frameworks,
    lock_files,
    manifests,
    monorepo,
    needs,
    prisma,
)  # fmt: skip
from fairway.build.detect.entry_files import Entry
from fairway.build.detect.node_app import App
from fairway.build.detect.shell import Command
from fairway.build.detect.source import Source
from fairway.build.detect.tree import Below
from fairway.domain.detection import Manager, NodeInstall, PackageManager, Port

PRISMA = ("prisma.config.ts", "prisma.config.js", "prisma.config.mjs")


def read_install(
    app: App,
    sources: tuple[Source, ...],
    packages: PackageManager,
    found: Entry | None,
    listens: Port | None,
    bound: bind.Bound,
) -> NodeInstall:
    """What the generated Dockerfile installs, and what it prepares."""
    every = {posixpath.join(member.directory, "package.json"): member.package for member in app.members} | {
        "package.json": app.root
    }
    member = next((member for member in app.members if member.directory == app.directory), None)
    used = (member, *monorepo.needed(member, app.members)) if member else ()
    client = prisma.find(app.context, app.root, app.directory, app.package, used)
    config = [
        posixpath.join(client.directory, name).removeprefix("./")
        for name in PRISMA
        if client.schema and Below(app.context, client.directory).read(name)
    ]
    made = [
        command
        for script in (build_script.name(app.package), *build_script.AFTER)
        for command in build_script.reached(script, app.package.scripts)
    ]
    folders = kept(app, made, found)
    inner = [each.package for folder in folders for each in monorepo.member(app.tree, folder)]
    variables = bind.variables(frameworks.name(app.package), found.commands[-1] if found else None)
    if bound.variable:
        variables[bound.variable] = bind.EVERYWHERE
    if listens and listens.variable and listens.variable != "PORT" and listens.assumed:
        variables[listens.variable] = str(listens.number)
    return NodeInstall(
        manifests=(*manifests.find(app.context, packages, app.root, tuple(every)), *config),
        hooked=tuple(sorted(path for path, package in every.items() if build_script.hooked(package))),
        after_copy=build_script.after_copy(app.package),
        installs=any(build_script.installs(command) for command in made),
        kept=folders,
        before_build=monorepo.build_commands(member, app.members, packages.manager) if member else (),
        native=needs.native([app.package, *inner, *(other.package for other in used if other)]),
        prisma=client.schema,
        prisma_at="" if client.directory == app.directory else client.directory,
        in_modules=client.in_modules,
        engines=client.engines,
        legacy_peers=lock_files.legacy_peers(app.context, packages.lock),
        patched="patch-package" in app.root.everything
        and any(path.startswith("patches/") for path in app.context.files()),
        development=needs.development(found.commands, app.package, app.root) if found else "",
        empty_files=env_files.empty_files(app.package, sources),
        folders=data_folders.find(sources),
        variables=variables,
        build_variables=downloads.variables(
            [app.root, app.package, *(other.package for other in used if other)], sources
        ),
        git=needs.git(app.package) or needs.git(app.root),
    )


def kept(app: App, made: list[Command], found: Entry | None) -> tuple[str, ...]:
    """The folder that the start command's file lies in, where the build or a hook installs in it
    (`"postinstall": "npm install --prefix server", "start": "node server/index.js"`)."""
    words = [word.removeprefix("./") for word in found.commands[-1].words] if found else []
    if app.directory != "." or not any(build_script.installs(command) for command in made):
        return ()
    reached = monorepo.folders(app.tree, [command.text for command in made])
    return tuple(sorted(each for each in reached if any(word.startswith(f"{each}/") for word in words)))


def install_notes(install: NodeInstall, packages: PackageManager) -> tuple[str, ...]:
    """What a person should know about the install."""
    notes: list[str] = []
    if install.development:
        notes.append(f"development dependencies stay in the image: the start command needs {install.development}")
    if install.empty_files:
        notes.append(f"an empty {', '.join(install.empty_files)} is put into the image, because the app insists on it")
    if install.folders:
        notes.append(f"what the app writes into {', '.join(install.folders)} is lost with its task")
    if install.native:
        notes.append(f"{', '.join(install.native)} may have to be compiled: the build gets python3, make and g++")
    if packages.manager is Manager.BERRY:
        notes.append("yarn installs into node_modules in the image, whatever its linker is set to")
    return tuple(notes)
