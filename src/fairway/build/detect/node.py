"""A Node.js app: the facts of its files put together into a Detection.

`context` is what the build reads (the repository, a subfolder, a monorepo's root), `app` the app's own folder in it.
"""

from dataclasses import replace

from fairway.build.detect import (
    bind,
    build_script,
    credentials,
    downloads,
    entry,
    entry_files,
    frameworks,
    health,
    native_limits,
    needs,
    node_version,
    package_manager,
    port,
    procfile,
    source,
)  # fmt: skip
from fairway.build.detect.monorepo import Member
from fairway.build.detect.node_app import App
from fairway.build.detect.node_install import install_notes, read_install
from fairway.build.detect.node_start import judge_start
from fairway.build.detect.package_json import Package
from fairway.build.detect.tree import Below, Tree
from fairway.domain.app import Defaults
from fairway.domain.detection import Detection, Kind, Manager, Problem, Workspace

RUN = {Manager.NPM: "npm run", Manager.YARN: "yarn run", Manager.BERRY: "yarn run", Manager.PNPM: "pnpm run"}
UNSPECIFIED = "no test specified"


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
    found = entry_files.compiled(app.tree, package, found, built.step is not None) if found else None
    built, start_problems = judge_start(app, found, built, runner)
    listens, bound = (
        port.find(sources, app.tree, frameworks.port(package)),
        bind.find(sources, frameworks.name(package), *((found.commands[-1], found.start.where) if found else ())),
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
