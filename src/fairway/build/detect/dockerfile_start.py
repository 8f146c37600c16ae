"""What a Dockerfile's image starts: its command, whether that is anything at all, and whether anybody hears it."""

import posixpath
import re

from fairway.build.detect import dockerfile_scripts, dockerfile_text
from fairway.build.detect.dockerfile_text import Instruction
from fairway.build.detect.tree import Tree
from fairway.domain.detection import Detection, Kind, Problem, Start

IDLE = re.compile(r"\b(tail\s+-f\s+/dev/null|sleep\s+(infinity|inf)|while\s+(true|:)\s*;\s*do\s+(sleep|:|true|wait)\b)")
DEVELOPMENT = re.compile(
    r"\b(nodemon|ts-node-dev|tsnd|next dev|vite|webpack-dev-server"
    r"|(npm|yarn|pnpm)( run)? (dev|develop|start:dev|watch)\b)"
    r"|\b(flask run --debug|manage\.py runserver)\b|(?<!\S)--reload\b"
)
MANAGED = re.compile(r"^(npm|yarn|pnpm)\b")
# Base images whose own command is a shell or an interpreter, and so serves nothing.
COMMANDLESS = re.compile(
    r"(^|/)(node|python|debian|ubuntu|alpine|busybox|golang|ruby|openjdk|eclipse-temurin|amazonlinux|oven/bun|bun|scratch)(:|@|$)"
)
# Programs that pass signals on, or change the user, for the command behind them.
WRAPPER = re.compile(r"^(?:\S*/)?(?P<name>tini|tini-static|dumb-init|catatonit|su-exec|gosu)(?:\s+(?:-\S*|\w+))*\s*$")
HANDS_ON = re.compile(
    r"""^\s*exec\s+(?:(?:gosu|su-exec)\s+\S+\s+|(?:tini|dumb-init)\s+(?:--\s+)?)?"?\$(?:@|\*|\{@\})"?\s*$"""
)
PRODUCTION = re.compile(
    r"^(?:Docker|Container)file[.-](?:prod|production|release|deploy)$|^(?:prod|production)\.Dockerfile$"
)
LANGUAGES = {Kind.NODE: "node", Kind.PYTHON: "python"}
OTHERS = re.compile(r"(^|/)(?P<name>node|python|ruby|php|golang|rust|openjdk|eclipse-temurin|elixir|perl)(:|@|$)")
FPM = re.compile(r"(?:^|[\s/])php-fpm[\d.]*\b")
FPM_BASE = re.compile(r"(?:^|/)php:\S{0,200}\bfpm\b")
WEB_SERVER = re.compile(r"\b(nginx|caddy|apache2?|httpd|lighttpd|frankenphp|unitd?)\b")


def of(final: tuple[Instruction, ...], path: str) -> Start | None:
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


def idle(tree: Tree, final: tuple[Instruction, ...], command: Start | None) -> str:
    """Why the image starts nothing by itself, as the reason of a problem; empty when it does start something."""
    if command is None:
        return "its base image starts nothing that serves" if COMMANDLESS.search(dockerfile_text.base(final[0])) else ""
    if IDLE.search(command.text):
        return "the container would idle for ever"
    if any(item.name == "CMD" for item in final):
        return ""
    if wrapper := WRAPPER.match(command.text):
        return f"{wrapper['name']} starts what it is given, and there is no CMD"
    script, text = dockerfile_scripts.find(tree, command), dockerfile_scripts.text(tree, command)
    last = next((line for line in reversed(text.splitlines()) if line.strip() and not line.startswith("#")), "")
    if len(command.command) == 1 and HANDS_ON.match(last):
        return f"{script} starts what it is given, and there is no CMD"
    return ""


def fits(final: tuple[Instruction, ...], app: Detection) -> bool:
    """Whether the app's own start could run in the image: not Node.js's in one of Ruby."""
    named = OTHERS.search(dockerfile_text.base(final[0]))
    return named is None or LANGUAGES.get(app.kind) in (None, named["name"])


def judge(
    command: Start | None, why: str, path: str, given: tuple[str, ...] | None, others: tuple[str, ...] = ()
) -> list[Problem]:
    """What is wrong with the image's start command. `why` is as `idle` says, `given` what is started instead, `others`
    are Dockerfiles beside it that are named for production."""
    if why:
        return [
            Problem(
                what=f'{path} starts nothing: "{command.text}"' if command else f"{path} has no CMD",
                why=f'"{" ".join(given)}" is started instead' if given else why,
                fix='end it with CMD ["node", "YOUR_FILE.js"], or set services.web.command in fairway.toml',
                where=command.where if command else path,
                fatal=not given,
                start=True,
            )
        ]
    if command and DEVELOPMENT.search(command.text):
        return [
            Problem(
                what=f'{path} is for development: it starts "{command.text}"',
                why="a development server restarts on file changes and is slow, and signals may not reach the app",
                fix=f'build the one beside it: [build] dockerfile = "{others[0]}"'
                if others
                else 'set services.web.command, or [build] dockerfile = "…"; fairway init --dockerfile writes another',
                where=command.where,
            )
        ]
    return []


def for_production(tree: Tree, path: str) -> tuple[str, ...]:
    """The Dockerfiles beside one that are named for production."""
    folder = posixpath.dirname(path)
    return tuple(
        other
        for other in tree.files()
        if posixpath.dirname(other) == folder and other != path and PRODUCTION.search(posixpath.basename(other))
    )


def misplaced(path: str, final: tuple[Instruction, ...], meant: tuple[Instruction, ...]) -> list[Problem]:
    """The problem of a stage with a CMD that stands before the last one, so that it does not become the image."""
    start = of(meant, path) if meant else None
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


def unheard(tree: Tree, path: str, final: tuple[Instruction, ...], command: Start | None) -> list[Problem]:
    """The problem of an image whose process is php-fpm and that holds no web server to call it."""
    base = dockerfile_text.base(final[0])
    started = FPM.search(command.text) if command else FPM_BASE.search(base)
    texts = [*(item.rest for item in final), dockerfile_scripts.text(tree, command)]
    if not started or any(WEB_SERVER.search(text) for text in texts):
        return []
    return [
        Problem(
            what=f"{posixpath.basename(path)} starts php-fpm, which speaks FastCGI and no HTTP",
            why="a web server that it does not hold would have to call it, so every request would fail",
            fix="put nginx or Caddy into the image and start both, or build on php:apache or dunglas/frankenphp",
            where=command.where if command else f"{path}:{final[0].line}",
            fatal=True,
            start=True,
        )
    ]


def managed(command: Start | None) -> tuple[str, ...]:
    """A note when a package manager is the image's top process."""
    if command and MANAGED.match(command.text):
        return (
            f'"{command.text}" keeps stop signals from the app ({command.where}): the whole process group gets them',
        )
    return ()
