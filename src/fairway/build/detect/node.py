"""A Node.js app: the facts of its files put together into a Detection.

`context` is what the build reads (the repository, a subfolder, a monorepo's root), `app` the app's own folder in it.
"""

import posixpath
from dataclasses import dataclass, replace

from fairway.build.detect import (
    bind,
    build_script,
    credentials,
    data_folders,
    downloads,
    elsewhere,
    entry,
    env_files,
    frameworks,
    health,
    manifests,
    monorepo,
    native_limits,
    needs,
    node_version,
    package_manager,
    port,
    prisma,
    procfile,
    source,
)  # fmt: skip
from fairway.build.detect.entry import Entry
from fairway.build.detect.monorepo import Member
from fairway.build.detect.package_json import Package
from fairway.build.detect.shell import Command
from fairway.build.detect.source import Source
from fairway.build.detect.tree import Below, Tree
from fairway.domain.app import Defaults
from fairway.domain.detection import (
    Detection,
    Kind,
    Manager,
    NodeInstall,
    PackageManager,
    Port,
    Problem,
    Step,
    Workspace,
)  # fmt: skip

RUN = {Manager.NPM: "npm run", Manager.YARN: "yarn run", Manager.BERRY: "yarn run", Manager.PNPM: "pnpm run"}
PRISMA = ("prisma.config.ts", "prisma.config.js", "prisma.config.mjs")
UNSPECIFIED = "no test specified"
NO_START = Problem(
    what="nothing says how the app starts",
    why="package.json has no start script and no main that exists; there is no Procfile, no server.js, no index.js",
    fix='add "start": "node YOUR_FILE.js" to package.json\'s scripts, or set services.web.command in fairway.toml',
    where="package.json",
    fatal=True,
    start=True,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class App:
    """The app in its context."""

    context: Tree
    root: Package
    tree: Tree
    package: Package
    directory: str
    members: tuple[Member, ...] = ()

    def at(self, where: str) -> str:
        """A place in the app's folder, relative to the context."""
        return where if self.directory == "." or " " in where.split(" (")[0] else f"{self.directory}/{where}"


def read(context: Tree, root: Package, directory: str, members: tuple[Member, ...]) -> Detection:
    """The Detection of the app in `directory` (`.` for the context itself)."""
    package = next((member.package for member in members if member.directory == directory), root)
    app = App(
        context=context,
        root=root,
        tree=Below(context, directory),
        package=package,
        directory=directory,
        members=members,
    )
    sources = source.read(app.tree, source.NODE)
    # devEngines are asked for of the root alone, where the install runs.
    own = "node" in package.engines and "node" not in root.wanted
    wanted = node_version.find(app.tree, package if own else root, context)
    choice = package_manager.find(context, root)
    choice = replace(choice, packages=package_manager.unlocked(choice.packages, wanted.runtime.version))
    runner = RUN[choice.packages.manager]
    found = entry.find(app.tree, package, choice.packages.manager)
    built = build_script.find(package, runner, found.built if found else ())
    found = entry.compiled(app.tree, package, found, built.step is not None) if found else None
    built, start_problems = judge_start(app, found, built, runner)
    listens, bound = (
        port.find(sources, app.tree, frameworks.port(package)),
        bind.find(sources, frameworks.name(package), found.commands[-1] if found else None),
    )
    listens = (port.of_command(found.commands[-1], found.start.where) if found else None) or listens
    listens = listens or frameworks.usual_port(package, "package.json")
    healthy = frameworks.health(package, "package.json") or health.find(sources)
    install = read_install(app, sources, choice.packages, found, listens, bound)
    return Detection(
        kind=Kind.NODE,
        directory=directory,
        runtime=wanted.runtime,
        packages=choice.packages,
        framework=frameworks.name(package),
        build=replace(built.step, where=app.at(built.step.where)) if built.step else None,
        test=test_script(package, choice.packages.manager),
        start=replace(found.start, where=app.at(found.start.where)) if found else None,
        port=replace(listens, where=app.at(listens.where)) if listens else None,
        health=replace(healthy, where=app.at(healthy.where)) if healthy else None,
        workspaces=tuple(Workspace(name=member.name, directory=member.directory) for member in members),
        install=install,
        defaults=Defaults(
            port=listens.number if listens else None,
            health_path=healthy.path if healthy else None,
            command=found.start.command if found else None,
        ),
        notes=(
            *wanted.notes,
            *(found.notes if found else ()),
            *procfile.notes(app.tree),
            *install_notes(install, choice.packages),
        ),
        problems=(
            # What npm lacks is no matter where it is not what installs.
            *(() if any(each.fatal for each in start_problems) else choice.problems),
            *credentials.problems(context),
            *start_problems,
            *built.problems,
            *needs.unbuilt(context, root, choice.packages, install.native),
            *native_limits.problems(context, (root, package), choice.packages.lock, wanted.runtime),
            *(replace(p, where=app.at(p.where)) for p in downloads.problems(package)),
            *(replace(p, where=app.at(p.where)) for p in bound.problems),
        ),
    )


def judge_start(
    app: App, found: Entry | None, built: build_script.Built, runner: str
) -> tuple[build_script.Built, tuple[Problem, ...]]:
    """The build, with a script for the server, or the TypeScript compiler, where the start needs what no usual script
    makes; and what is wrong with the start."""
    if found is None:
        return built, (replace(NO_START, where=app.at("package.json")),)
    problems: list[Problem] = []
    if other := elsewhere.problem(found.commands[-1], app.package, app.at(found.start.where)):
        return built, (other,)
    if missing := entry.missing_file(app.tree, found):
        if built.step is None:
            built = replace(built, step=build_script.for_server(app.package, runner))
        if (
            built.step is None
            and "typescript" in {**app.package.everything, **app.root.everything}
            and app.tree.read("tsconfig.json")
        ):
            built = replace(built, step=Step(command="tsc", where="tsconfig.json"))
        elif built.step is None and not build_script.after_copy(app.package) and not app.members:
            problems.append(
                Problem(
                    what=f"the start command runs {missing}, which is not in the repository",
                    why=f"no build script makes it ({app.at(found.start.where)})",
                    fix='add a "build" script that does, or commit the file',
                    where=app.at(found.start.where),
                )
            )
    if unlisted := needs.unlisted(found.commands[-1], app.package, app.root):
        problems.append(
            Problem(
                what=f"the start command runs {found.commands[-1].program}, which no package.json lists",
                why="its author has it installed; the image has what package.json lists, and nothing else",
                fix=f"add {unlisted} to the dependencies, and commit package.json and the lock file",
                where=app.at(found.start.where),
            )
        )
    if entry.is_development(found.commands[-1]):
        problems.append(
            Problem(
                what=f'the start command is a development server: "{" ".join(found.commands[-1].words)}"',
                why="it restarts on file changes, and stop signals may not reach the process behind it",
                fix='add a "start" script that runs the app itself, e.g. "node dist/index.js"',
                where=app.at(found.start.where),
            )
        )
    return built, tuple(problems)


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
        legacy_peers=package_manager.legacy_peers(app.context, packages.lock),
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


def test_script(package: Package, manager: Manager) -> str | None:
    """The command to propose for `build.test`: the test script, if it is no placeholder and ends by itself."""
    text = package.scripts.get("test", "")
    if (
        not text
        or UNSPECIFIED in text
        or "--watch" in text.replace("--watchAll=false", "").replace("--watch=false", "")
    ):
        return None
    return {Manager.NPM: "npm test", Manager.PNPM: "pnpm test"}.get(manager, "yarn test")


def unreadable(error: ValueError) -> Detection:
    """The Detection of a package.json that is no JSON."""
    problem = Problem(
        what="package.json can't be read",
        why=str(error),
        fix="correct it: npm itself refuses it as it is",
        where="package.json" + (f":{getattr(error, 'lineno', '')}" if getattr(error, "lineno", None) else ""),
        fatal=True,
    )
    return Detection(kind=Kind.NODE, problems=(problem,))
