"""A repository's own Dockerfile: what its image will start and listen on, and what in it can't work.

The image is the author's: nothing in it is changed. What it lacks (a start command, a port) comes from the app's files
as a default, and is said.
"""

from dataclasses import replace

from fairway.build.detect import (
    compose,
    dockerfile_inputs,
    dockerfile_port,
    dockerfile_scripts,
    dockerfile_start,
    dockerfile_text,
    health_others,
    python_gunicorn,
    python_image,
    python_reach,
    python_uwsgi,
    reach,
)  # fmt: skip
from fairway.build.detect.dockerfile_text import Instruction
from fairway.build.detect.tree import Tree
from fairway.domain.app import Defaults
from fairway.domain.detection import Detection, Evidence, Health, Kind, Problem, Start

NAMES = (
    "Dockerfile",
    "dockerfile",
    "Dockerfile.prod",
    "Dockerfile.production",
    "docker/Dockerfile",
    "Containerfile",
)
"""The usual names, the likeliest first."""
SERVING = frozenset({"prod", "production", "release", "final", "runner", "runtime", "app", "server", "deploy"})
"""Names of stages that are meant to run: one that is not the last is no image, and its CMD is meant all the same."""


def find(tree: Tree) -> str | None:
    """The Dockerfile with a usual name; None where there is none."""
    return next((name for name in NAMES if tree.read(name) is not None), None)


def read(tree: Tree, path: str, app: Detection) -> Detection:
    """The Detection of the Dockerfile at `path`; `app` is what the files around it say, for what the Dockerfile leaves
    out."""
    instructions = dockerfile_text.parse(tree.read(path) or b"")
    final = dockerfile_text.last_stage(instructions)
    if not final:
        return Detection(kind=Kind.DOCKERFILE, dockerfile=path, problems=(no_stage(path),))
    command = dockerfile_start.of(final, path)
    idle = dockerfile_start.idle(tree, final, command)
    serving = dockerfile_scripts.served(tree, command)
    bound = bind(tree, serving, app) if serving else None
    port, notes = dockerfile_port.find(final, path, app, serving, bound.port if bound else None)
    health = health_of(final, path) or app.health or health_others.find(tree)
    meant = dockerfile_text.named_stage(instructions, SERVING) if idle and command is None else ()
    own = app.start if dockerfile_start.fits(final, app) else None
    instead = (dockerfile_start.of(meant, path) if meant else None) or own
    given = instead.command if instead and idle else None
    generated = app.install is not None and not app.fatal
    problems = [
        *dockerfile_inputs.missing_copies(tree, path, instructions, generated=generated),
        *(
            dockerfile_start.misplaced(path, final, meant)
            or dockerfile_start.judge(
                command if idle else serving, idle, path, given, dockerfile_start.for_production(tree, path)
            )
        ),
        *dockerfile_start.unheard(tree, path, final, command),
        *dockerfile_scripts.read(tree, path, instructions, command),
        *dockerfile_inputs.wanted_secrets(path, instructions),
        *(bound.problems if bound else ()),
        *(python_reach.of_command(serving.text, serving.where, dockerfile_port.environment(final)) if serving else ()),
    ]
    # Those of a start command that this image does not have are not its own.
    others = ("Procfile", python_gunicorn.FILE) if command else ()
    problems += [item for item in app.problems if reach.is_unreachable(item) and not item.where.startswith(others)]
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
        notes=(*notes, *dockerfile_start.managed(command)),
        problems=tuple(problems),
    )


def bind(tree: Tree, command: Start, app: Detection) -> python_gunicorn.Bound | None:
    """What the server of the command is told by a file of its own, or by the app's file that is the server itself."""
    return (
        python_gunicorn.read(tree, command.text)
        or python_uwsgi.read(tree, command.text, command.where)
        or (python_image.read(tree, command.text, app.framework) if app.kind is Kind.PYTHON else None)
    )


def health_of(final: tuple[Instruction, ...], path: str) -> Health | None:
    """The path that HEALTHCHECK asks for."""
    item = next((item for item in reversed(final) if item.name == "HEALTHCHECK"), None)
    found = compose.ADDRESS.search(item.rest) if item else None
    return Health(path=found["path"], where=f"{path}:{item.line}") if found and item and found["path"] != "/" else None


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
