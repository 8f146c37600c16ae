"""From what a build printed to an error that says which step failed, why, and what to do."""

import difflib
import re
from collections.abc import Callable

from fairway.adapters.buildkit import pulling
from fairway.adapters.buildkit.progress import Progress, Step
from fairway.domain import diagnosis_build, diagnosis_output
from fairway.errors import FairwayError, Unavailable, WorkFailed

INSTRUCTIONS = (
    *("ADD", "ARG", "CMD", "COPY", "ENTRYPOINT", "ENV", "EXPOSE", "FROM", "HEALTHCHECK", "LABEL", "MAINTAINER"),
    *("ONBUILD", "RUN", "SHELL", "STOPSIGNAL", "USER", "VOLUME", "WORKDIR"),
)
EXIT_CODE = re.compile(r"exit code: (\d+)")
METADATA = re.compile(r"(?:load metadata for|resolve image config for(?: docker-image://)?) (\S+)|FROM (\S+)")
FRONTEND = re.compile(r"resolve image config for|docker-image://")
PARSE = re.compile(r"(?:dockerfile )?parse error (?:on )?line (\d+): (.*)", re.IGNORECASE)
EMPTY = re.compile(r"file with no instructions|Dockerfile \(.*\) cannot be empty")
NO_ENGINE = re.compile(
    r"Cannot connect to the Docker daemon|failed to dial gRPC|error during connect|docker daemon'? runn"
)
NO_STAGE = re.compile(r"target stage \"?([^\s\"]+)\"? could not be found")
ENV_FILE = re.compile(r"(^|/)\.env(\.[\w.-]+)?$")
NO_FILE = re.compile(r"\"([^\"]+)\"(?: not found)?: not found")
NO_FOLDER = re.compile(r"lstat \S*?/buildkit-mount\d+/([^:]+): no such file or directory")
"""What is said in place of NO_FILE when already the folder above is missing: it names that folder."""
FULL = "no space left on device"
SHOWN = 20
"""Lines of a step that a report shows."""
SILENT = (
    "run it in a clean checkout of the commit, with what makes it talk (--verbose, DEBUG=*): "
    "in a build it has no terminal, no variables of an environment and no database"
)
"""What to do about a command that fails and says nothing."""
AROUND = (
    re.compile(r"--mount=\S+\s*"),
    re.compile(r"export NODE_ENV=production;\s*"),
    re.compile(r"export (?:DATABASE_URL|PRISMA_SCHEMA_ENGINE_BINARY)=\S+;\s*"),
    re.compile(r"DATABASE_URL=\$\S+ (?:PRISMA_SCHEMA_ENGINE_BINARY=\S+ )?"),
    re.compile(r"if \[ -[sd] [^\]]*\]; then export [^;]*; fi;\s*"),
    re.compile(r"node -e 'const fs=.*?' (?:\S*package\.json\s*)+&&\s*"),
    re.compile(r"\s*&&\s+cd /app && mkdir /out && tar .*", re.DOTALL),
)
"""What a generated RUN holds beside the command that it is there for."""
PREFIX = re.compile(
    r"^(ERROR: )?(failed to (solve|build|create LLB definition|compute cache key)( with frontend \S+)?: )+"
)


SECRET = re.compile(r"--mount=(\S*\btype=(secret|ssh)\b\S*)")


def explain(
    progress: Progress,
    code: int,
    *,
    original: Callable[[int], int] = int,
    given: Callable[[str], bool] = lambda name: False,
    foreign: Callable[[str], str] = lambda reference: "",
) -> FairwayError:
    """The error for a build that ended with `code` (not 0). `original` gives the author's number of a line, `given`
    says whether the directory that was to be built has a file of that path, `foreign` (see `platforms`) what the
    Dockerfile asks for that this machine is not, by the image."""
    last = PREFIX.sub("", progress.message) or f"docker build ended with exit code {code}"
    everything = "\n".join(progress.trailer)
    step = progress.failed
    if NO_ENGINE.search(everything) and step is None:
        return Unavailable("the Docker Engine does not answer", why=last, hint="fairway doctor --fix")
    said = [everything, *([step.error, *step.tail] if step else [])]
    if any(FULL in text.lower() for text in said):
        return WorkFailed(
            "the disk is full",
            why=f"{step.name} failed: {FULL}" if step else last,
            hint="docker builder prune frees the build cache; docker system df shows the rest",
            log=tuple(step.tail) if step else (),
        )
    if step:
        return explain_step(step, given, foreign)
    if match := PARSE.search(everything):
        line = original(int(match[1]))
        return WorkFailed(f"the Dockerfile can't be read at line {line}", why=match[2], hint=old_syntax(match[2]))
    if EMPTY.search(everything):
        return WorkFailed(
            "the Dockerfile has no instructions",
            why=last,
            hint="write it, or remove it: without one Fairway generates it for Node.js and Python",
        )
    if match := NO_STAGE.search(everything):
        return WorkFailed("the Dockerfile lacks a stage", why=f'it has no stage named "{match[1]}"')
    return WorkFailed("the image could not be built", why=last, log=tuple(progress.trailer[-20:]))


def lacks_frontend(progress: Progress) -> bool:
    """Whether the build failed because the frontend of a `# syntax=` line can't be reached."""
    step = progress.failed
    if step is None or not FRONTEND.search(step.name):
        return False
    return pulling.judge(step.error) is pulling.Reason.UNREACHABLE


def explain_step(step: Step, given: Callable[[str], bool], foreign: Callable[[str], str]) -> WorkFailed:
    """The error for one step."""
    image = METADATA.search(step.name)
    if image and not EXIT_CODE.search(step.error):
        reference = short(image[1] or image[2])
        return pulling.explain(reference, step.error, foreign=foreign(reference))
    command = instruction(step.name)
    if match := EXIT_CODE.search(step.error):
        return explain_command(f"{command} failed with exit code {match[1]}", int(match[1]), step)
    if command.startswith(("COPY", "ADD")) and (match := NO_FILE.search(step.error)):
        return no_file(command, match[1].lstrip("/"), given)
    if command.startswith(("COPY", "ADD")) and (match := NO_FOLDER.search(step.error)):
        return no_file(command, asked_for(command, match[1]), given)
    return WorkFailed(f"{command} failed", why=PREFIX.sub("", step.error), log=tuple(step.tail))


def asked_for(command: str, folder: str) -> str:
    """The path in a COPY that lies below the missing folder."""
    words = [word.strip("'\"[],").removeprefix("./").lstrip("/") for word in command.split()[1:-1]]
    return next((word.rstrip("/") for word in words if f"{word}/".startswith(f"{folder}/")), folder)


def no_file(command: str, name: str, given: Callable[[str], bool]) -> WorkFailed:
    """The error for a COPY of something that the build was not given. A file of secrets is never to be committed."""
    if given(name):
        return WorkFailed(
            f"{command} failed",
            why=f"the commit has {name}, but .dockerignore keeps it out of the build",
            hint=f"let it in with a line !{name} in .dockerignore, or take it out of the COPY",
        )
    if ENV_FILE.search(name):
        hint = f"take it out of the COPY: fairway env import {name} gives the process its variables"
    else:
        hint = "commit the file, or make it in an earlier step of the Dockerfile"
    return WorkFailed(f"{command} failed", why=f"the commit has no {name}", hint=hint)


def without_secret(name: str) -> str:
    """The hint for a step that wants a secret or an SSH agent: a build gets neither."""
    match = SECRET.search(name)
    if match is None or "id=ca" in match[1]:
        return ""
    named = re.search(r"\bid=([\w.-]+)", match[1])
    what = "an SSH agent" if match[2] == "ssh" else f"the secret {named[1]}" if named else "a secret"
    return f"this step asks for {what}, and Fairway gives a build none: the step has to do without"


def explain_command(failed: str, code: int, step: Step) -> WorkFailed:
    """The error for a command that ended with `code`: what it printed names the cause, where that is known."""
    lines = tuple(step.tail)
    log = diagnosis_output.quiet(lines)
    if code == 137:
        why = "it was killed (SIGKILL), most often because the build's memory limit was reached"
        return WorkFailed(failed, why=why, log=log[-SHOWN:])
    found = diagnosis_build.read(lines)
    if found is None:
        why = diagnosis_output.telling(lines)
        hint = without_secret(step.name) or ("" if why else SILENT)
        return WorkFailed(failed, why=why or "it printed nothing that says why", hint=hint, log=log[-SHOWN:])
    why = failed if found.seen in found.sentence else f"{failed}: {found.seen}"
    return WorkFailed(found.sentence, why=why, hint=found.fix, log=log[-SHOWN:])


def instruction(name: str) -> str:
    """`[build 3/5] RUN npm ci` gives `RUN npm ci`, at most one line of 120 characters; without mounts, and without what
    Fairway's own recipe does before and after the command."""
    text = re.sub(r"^\[[^\]]*\] ", "", name)
    for pattern in AROUND:
        text = pattern.sub("", text)
    text = re.sub(r"\s+", " ", text).strip()
    return text if len(text) <= 120 else f"{text[:119]}…"


def old_syntax(message: str) -> str:
    """The hint for an instruction that is none: a slip of the pen, or a heredoc that an old frontend can't read."""
    if not message.startswith("unknown instruction"):
        return ""
    near = difflib.get_close_matches(message.rpartition(" ")[2].upper(), INSTRUCTIONS, n=1, cutoff=0.85)
    if near:
        return f"{near[0]} may be meant"
    return "if this is the inside of a heredoc: Docker Engine 20.10 reads it only by the frontend of a # syntax= line"


def short(reference: str) -> str:
    """`docker.io/library/node:22` gives `node:22`, the name that the author wrote."""
    return reference.removeprefix("docker.io/").removeprefix("library/")
