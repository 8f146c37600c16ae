"""A commit becomes an image: base images, tests, image.

Tests come first and have a target of their own, so that a failing one stops before an image is made; BuildKit shares
the layers of both. Nothing is written into the checkout: a Dockerfile that Fairway generates, or the .dockerignore
that it gives along, lies in a directory of its own for as long as the build runs.
"""

import contextlib
import re
import shutil
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from fairway.build import envfiles
from fairway.build import plan as plans
from fairway.build.plan import Plan, Recipe
from fairway.build.summary import Steps, count_tests, first_failure
from fairway.domain import buildsecrets
from fairway.domain.app import App
from fairway.domain.image import LocalImage, local_name
from fairway.errors import WorkFailed
from fairway.ports.builder import Bases, Builder, BuildRequest, LogSink

EXIT_CODE = re.compile(r"failed with exit code (\d+)")
LAST_OF_TEST = re.compile(rf"\[{plans.TEST} (\d+)/\1\]")


@dataclass(frozen=True, slots=True, kw_only=True)
class BuildResult:
    """`tests` says what the tests did ("212 tests passed in 4.1 s", "tests passed", "" when there are none).

    `cached` says what came from the cache ("npm ci cached"), "" when nothing worth telling did. `generated` is true
    when Fairway wrote the Dockerfile. `bases` are the images that it started from. `seconds` is the whole time.
    """

    image: LocalImage
    tag: str
    tests: str
    cached: str
    generated: bool
    seconds: float
    bases: tuple[str, ...] = field(default=())

    def __str__(self) -> str:
        """`npm ci cached; 212 tests passed in 4.1 s; image 84 MB`, the line of the stage."""
        return "; ".join(part for part in (self.cached, self.tests, f"image {self.image.size / 1e6:.0f} MB") if part)


async def build(
    app: App,
    checkout: Path,
    commit: str,
    *,
    builder: Builder,
    bases: Bases,
    recipe: Recipe,
    log: LogSink,
    caches: str = "",
    secrets: Mapping[str, str] | None = None,
) -> BuildResult:
    """The commit's image, after its tests have passed. For `caches` and `secrets` see `BuildRequest`.

    Raises UsageError when the repository can't be built as fairway.toml says; WorkFailed when a base image can't be
    had, a step fails, a test fails (naming its command, exit code and last lines) or the time is over; Unavailable
    when there is no builder. Cancelling it stops the build.
    """
    started = time.monotonic()
    plan = give(plans.make(app.build, checkout, recipe), secrets or {})
    if plan.startless is not None and not commanded(app):
        raise plan.startless
    in_stage = bool(app.build.test) and plan.has_test_stage
    plan, needed = await ensure_bases(plan, app.build.args, in_stage, bases, log)
    with written(plan) as dockerfile:
        warn(plan, dockerfile, log)
        request = BuildRequest(
            context=plan.context,
            dockerfile=dockerfile,
            tag=local_name(app.name, commit),
            args=app.build.args,
            timeout=app.build.timeout,
            caches=caches,
            secrets=secrets or {},
        )
        steps = Steps(lambda line: log(buildsecrets.undo(line)))
        tests = await run_test_stage(request, app.build.test or "", builder, steps) if in_stage else ""
        image = await builder.build(remaining(request, started), steps)
        if app.build.test and not in_stage:
            tests = await run_tests(image, app.build.test, builder, log, request.timeout)
    return BuildResult(
        image=image,
        tag=request.tag,
        tests=tests,
        cached=steps.describe(),
        generated=plan.path is None,
        seconds=time.monotonic() - started,
        bases=needed,
    )


def commanded(app: App) -> bool:
    """Whether fairway.toml says for every service what it starts, so that the image need not."""
    services = [service for environment in app.environments for service in environment.services]
    return bool(services) and all(service.command is not None for service in services)


def give(plan: Plan, secrets: Mapping[str, str]) -> Plan:
    """The plan with the secrets mounted, where Fairway writes the Dockerfile."""
    if plan.path is not None:
        return plan
    others = tuple(buildsecrets.mount(text, secrets) for text in plan.others)
    return replace(plan, text=buildsecrets.mount(plan.text, secrets), others=others)


def warn(plan: Plan, dockerfile: Path, log: LogSink) -> None:
    """Say which env files the image will hold."""
    beside, own = dockerfile.with_name(f"{dockerfile.name}.dockerignore"), plan.context / ".dockerignore"
    ignore = next((each.read_text("utf-8", "replace") for each in (beside, own) if each.is_file()), "")
    for name in envfiles.carried(plan.text, plan.context, ignore):
        log(f"warning: {name} is in the commit and goes into the image, with the secrets in it")
        log(f"  keep it out with a line {name} in .dockerignore; fairway env import gives the tasks its variables")


@contextlib.contextmanager
def written(plan: Plan) -> Iterator[Path]:
    """Where the Dockerfile lies: in the checkout when nothing has to be given along, else beside what is."""
    if plan.path is not None and plan.ignore is None:
        yield plan.path
        return
    with tempfile.TemporaryDirectory(prefix="fairway-recipe-") as directory:
        dockerfile = Path(directory) / "Dockerfile"
        if plan.path is not None:
            shutil.copyfile(plan.path, dockerfile)
        else:
            dockerfile.write_text(plan.text, encoding="utf-8")
        if plan.ignore is not None:
            # BuildKit prefers the .dockerignore that is named after the Dockerfile and lies beside it.
            dockerfile.with_name("Dockerfile.dockerignore").write_text(plan.ignore, encoding="utf-8")
        yield dockerfile


async def ensure_bases(
    plan: Plan, args: Mapping[str, str], with_tests: bool, bases: Bases, log: LogSink
) -> tuple[Plan, tuple[str, ...]]:
    """See that every image that the build starts from or copies from is there; the plan for those that are.

    Where one can't be had, the plan's other texts are tried. Raises the first one's WorkFailed when none will do.
    """
    try:
        return plan, await ensure_all(plan, args, with_tests, bases, log)
    except WorkFailed as error:
        for text in plan.others:
            other = replace(plan, text=text)
            try:
                needed = await ensure_all(other, args, with_tests, bases, log)
            except WorkFailed:
                continue
            log(f"{error.what}: building on {', '.join(needed)} instead, which the repository allows as well")
            return other, needed
        raise


async def ensure_all(
    plan: Plan, args: Mapping[str, str], with_tests: bool, bases: Bases, log: LogSink
) -> tuple[str, ...]:
    """See that every image of this text is there."""
    needed = list(plans.references(plan, args, None))
    if with_tests:
        needed += plans.references(plan, args, plans.TEST)
    found = tuple(dict.fromkeys(needed))
    for reference in found:
        await bases.ensure(reference, log)
    return found


async def run_test_stage(request: BuildRequest, command: str, builder: Builder, steps: Steps) -> str:
    """Build the stage that runs the tests; what they did in words. The image of it is not kept."""
    started = time.monotonic()
    tag = f"{request.tag}-test"
    try:
        await builder.build(replace(request, target=plans.TEST, tag=tag), steps)
    except WorkFailed as error:
        # The last instruction of the stage is the test. What failed before it is the build, and is told as such.
        # A cause that was recognised comes first, and the step and its code behind it.
        told = f"{error.what} {error.why}"
        code = EXIT_CODE.search(told)
        if code and (command in told or LAST_OF_TEST.fullmatch(steps.failed)):
            raise failed(command, int(code[1]), steps.lines or error.log, error.log) from error
        raise
    await builder.remove(tag)
    return describe(steps.lines, time.monotonic() - started, cached=steps.all_cached)


async def run_tests(image: LocalImage, command: str, builder: Builder, log: LogSink, timeout: float) -> str:
    """Run the tests in the image itself; what they did in words."""
    started = time.monotonic()
    lines: list[str] = []

    def keep(line: str) -> None:
        lines.append(line)
        log(f"  {line}")

    log(f"test: {command}")
    code = await builder.run(image, command, keep, timeout=timeout)
    if code:
        raise failed(command, code, lines, lines)
    return describe(lines, time.monotonic() - started)


def failed(command: str, code: int, printed: Sequence[str], log: Sequence[str]) -> WorkFailed:
    """The error for tests that did not pass: `printed` is all that they said, the end of `log` is shown."""
    return WorkFailed(
        f"the tests failed: `{command}` exited with {code}", why=first_failure(printed), log=tuple(log[-20:])
    )


def describe(lines: list[str], seconds: float, *, cached: bool = False) -> str:
    """What the tests did: their number where the test runner said it."""
    count = count_tests(lines)
    passed = "tests passed" if count is None else "1 test passed" if count == 1 else f"{count} tests passed"
    return f"{passed} (cached)" if cached else f"{passed} in {seconds:.1f} s"


def remaining(request: BuildRequest, started: float) -> BuildRequest:
    """The request with the time that is left of its time-out."""
    return replace(request, timeout=max(1.0, request.timeout - (time.monotonic() - started)))
