"""What is wrong with the start of a Node.js app, and the build that it needs where no usual script makes it."""

from dataclasses import replace

from fairway.build.detect import build_script, elsewhere, entry, entry_files, needs
from fairway.build.detect.entry_files import Entry
from fairway.build.detect.node_app import App
from fairway.domain.detection import Problem, Step

NO_START = Problem(
    what="nothing says how the app starts",
    why="package.json has no start script and no main that exists; there is no Procfile, no server.js, no index.js",
    fix='add "start": "node YOUR_FILE.js" to package.json\'s scripts, or set services.web.command in fairway.toml',
    where="package.json",
    fatal=True,
    start=True,
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
    if missing := entry_files.missing_file(app.tree, found):
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
