"""A repository's own Dockerfile: what its image will start and listen on, and what in it can't work.

The image is the author's: nothing in it is changed. What it lacks (a start command, a port) comes from the app's files
as a default, and is said.
"""

import re
from dataclasses import replace

from fairway.build.detect import (
    dockerfile_inputs,
    dockerfile_port,
    dockerfile_scripts,
    dockerfile_text,
    python_gunicorn,
    python_reach,
)  # fmt: skip
from fairway.build.detect.dockerfile_text import Instruction
from fairway.build.detect.tree import Tree
from fairway.domain.app import Defaults
from fairway.domain.detection import Detection, Evidence, Health, Kind, Problem, Start

IDLE = re.compile(r"\b(tail\s+-f\s+/dev/null|sleep\s+(infinity|inf)|while\s+(true|:)\s*;)")
DEVELOPMENT = re.compile(
    r"\b(nodemon|ts-node-dev|tsnd|next dev|vite|webpack-dev-server"
    r"|(npm|yarn|pnpm)( run)? (dev|develop|start:dev|watch)\b)"
    r"|\b(flask run --debug|--reload|manage\.py runserver)\b"
)
MANAGED = re.compile(r"^(npm|yarn|pnpm)\b")
# Base images whose own command is a shell or an interpreter, and so serves nothing.
COMMANDLESS = re.compile(
    r"(^|/)(node|python|debian|ubuntu|alpine|busybox|golang|ruby|openjdk|eclipse-temurin|amazonlinux|oven/bun|bun|scratch)(:|@|$)"
)
SERVING = frozenset({"prod", "production", "release", "final", "runner", "runtime", "app", "server", "deploy"})
"""Names of stages that are meant to run: one that is not the last is no image, and its CMD is meant all the same."""
HEALTH = re.compile(
    r"(?:https?://|(?<![\w./@-]))(?:localhost|127\.0\.0\.1|0\.0\.0\.0)(?::[\w${}:-]+)?(?P<path>/[\w./-]*)"
)


def read(tree: Tree, path: str, app: Detection) -> Detection:
    """The Detection of the Dockerfile at `path`; `app` is what the files around it say, for what the Dockerfile leaves
    out."""
    instructions = dockerfile_text.parse(tree.read(path) or b"")
    final = dockerfile_text.last_stage(instructions)
    if not final:
        return Detection(kind=Kind.DOCKERFILE, dockerfile=path, problems=(no_stage(path),))
    command = start_of(final, path)
    idle = command is None and COMMANDLESS.search(dockerfile_text.base(final[0]))
    bound = python_gunicorn.read(tree, command.text) if command else None
    port, notes = dockerfile_port.find(final, path, app, command, bound.port if bound else None)
    health = health_of(final, path) or app.health
    meant = dockerfile_text.named_stage(instructions, SERVING) if idle else ()
    instead = (start_of(meant, path) if meant else None) or app.start
    given = instead.command if instead and (idle or (command and IDLE.search(command.text))) else None
    generated = app.install is not None and not app.fatal
    problems = [
        *dockerfile_inputs.missing_copies(tree, path, instructions, generated=generated),
        *(misplaced(path, final, meant) or judge(command, bool(idle), path, given)),
        *dockerfile_scripts.read(tree, path, instructions, command),
        *dockerfile_inputs.wanted_secrets(path, instructions),
        *(bound.problems if bound else ()),
        *(python_reach.of_command(command.text, command.where, dockerfile_port.environment(final)) if command else ()),
    ]
    # Those of a start command that this image does not have are not its own.
    others = ("Procfile", python_gunicorn.FILE) if command else ()
    problems += [item for item in app.problems if "container" in item.what and not item.where.startswith(others)]
    return replace(
        app,
        kind=Kind.DOCKERFILE,
        dockerfile=path,
        build=None,
        install=None,
        start=command or instead,
        port=port,
        health=health,
        defaults=Defaults(
            port=port.number if port else None, health_path=health.path if health else None, command=given
        ),
        evidence=evidence(path, final, command),
        notes=(*notes, *managed(command)),
        problems=tuple(problems),
    )


def start_of(final: tuple[Instruction, ...], path: str) -> Start | None:
    """The image's start command: ENTRYPOINT with CMD behind it. None when the Dockerfile has neither."""
    entrypoint = next((item for item in reversed(final) if item.name == "ENTRYPOINT"), None)
    command = next((item for item in reversed(final) if item.name == "CMD"), None)
    if (
        entrypoint
        and command
        and final.index(command) < final.index(entrypoint)
        and dockerfile_text.base(final[0]) == ""
    ):
        command = None
    chosen = [item for item in (entrypoint, command) if item is not None and item.rest not in ("", "[]")]
    if not chosen:
        return None
    words: tuple[str, ...] = ()
    for item in chosen:
        words += item.exec_form if item.exec_form is not None else ("/bin/sh", "-c", item.rest)
        if item.exec_form is None:
            break
    text = " ".join(" ".join(item.exec_form) if item.exec_form is not None else item.rest for item in chosen)
    return Start(command=words, text=text, where=f"{path}:{chosen[-1].line}")


def health_of(final: tuple[Instruction, ...], path: str) -> Health | None:
    """The path that HEALTHCHECK asks for."""
    item = next((item for item in reversed(final) if item.name == "HEALTHCHECK"), None)
    found = HEALTH.search(item.rest) if item else None
    return Health(path=found["path"], where=f"{path}:{item.line}") if found and item and found["path"] != "/" else None


def judge(command: Start | None, idle: bool, path: str, given: tuple[str, ...] | None) -> list[Problem]:
    """What is wrong with the image's start command."""
    instead = f'"{" ".join(given)}" is started instead' if given else ""
    fix = 'end it with CMD ["node", "YOUR_FILE.js"], or set services.web.command in fairway.toml'
    if command is None:
        return (
            [
                Problem(
                    what=f"{path} has no CMD",
                    why=instead or "its base image starts nothing that serves",
                    fix=fix,
                    where=path,
                    fatal=not given,
                    start=True,
                )
            ]
            if idle
            else []
        )
    if IDLE.search(command.text):
        return [
            Problem(
                what=f'{path} starts nothing: "{command.text}"',
                why=instead or "the container would idle for ever",
                fix=fix,
                where=command.where,
                fatal=not given,
                start=True,
            )
        ]
    if DEVELOPMENT.search(command.text):
        return [
            Problem(
                what=f'{path} is for development: it starts "{command.text}"',
                why="a development server restarts on file changes and is slow, and signals may not reach the app",
                fix='set services.web.command, or [build] dockerfile = "…"; fairway init --dockerfile writes another',
                where=command.where,
            )
        ]
    return []


def misplaced(path: str, final: tuple[Instruction, ...], meant: tuple[Instruction, ...]) -> list[Problem]:
    """The problem of a stage with a CMD that stands before the last one, so that it does not become the image."""
    start = start_of(meant, path) if meant else None
    if start is None:
        return []
    last, stage = (next(item for item in reversed(stages) if item.name == "FROM") for stages in (final, meant))
    name = dockerfile_text.alias(stage)
    return [
        Problem(
            what=f"{path} ends with the stage {dockerfile_text.alias(last) or 'without a name'}, which starts nothing",
            why=f'the last stage becomes the image; "{start.text}" of the stage {name} is started in it',
            fix=f"move the stage {name} to the end of {path}",
            where=f"{path}:{last.line}",
        )
    ]


def managed(command: Start | None) -> tuple[str, ...]:
    """A note when a package manager is the image's top process."""
    if command and MANAGED.match(command.text):
        return (
            f'"{command.text}" keeps stop signals from the app ({command.where}): the whole process group gets them',
        )
    return ()


def no_stage(path: str) -> Problem:
    """The problem of a Dockerfile without FROM."""
    return Problem(
        what=f"{path} has no FROM",
        why="there is no base image to build on",
        fix="begin it with FROM",
        where=path,
        fatal=True,
    )


def evidence(path: str, final: tuple[Instruction, ...], command: Start | None) -> tuple[Evidence, ...]:
    """What the Dockerfile itself says."""
    found = [Evidence(what=f"a Dockerfile on {dockerfile_text.base(final[0])}", where=f"{path}:{final[0].line}")]
    if command:
        found.append(Evidence(what=f'starts "{command.text}"', where=command.where))
    return tuple(found)
