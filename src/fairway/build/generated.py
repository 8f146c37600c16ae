"""The recipe of a repository that has no Dockerfile: where the build meets detection."""

from dataclasses import replace
from pathlib import Path

from fairway.build.detect import detect, tree
from fairway.build.plan import Generated
from fairway.build.recipe import recipe
from fairway.domain.app import Build
from fairway.domain.detection import Detection, Kind, parted
from fairway.errors import Finding, UsageError


def write(checkout: Path, build: Build) -> Generated:
    """Detect the repository and write its recipe. Raises UsageError that lists every reason why there is none; that
    nothing says how it starts is none, since fairway.toml may."""
    found = detect.detect(tree.Directory(checkout), directory=None if build.directory == "." else build.directory)
    if any(not problem.start for problem in found.fatal):
        raise refuse(found)
    startless = refuse(found) if found.fatal else None
    if found.kind is Kind.DOCKERFILE:
        return Generated(context=found.context, dockerfile="", ignore="", found=found.dockerfile, startless=startless)
    text, *others = (recipe.dockerfile(each, test=build.test, args=build.args) for each in versions(found))
    return Generated(
        context=found.context,
        dockerfile=text,
        ignore=recipe.ignore(found),
        others=tuple(others),
        startless=startless,
    )


def versions(found: Detection) -> list[Detection]:
    """The Detection, and the same one on each other version that the repository allows."""
    runtime = found.runtime
    others = runtime.others if runtime else ()
    return [found, *(replace(found, runtime=replace(runtime, version=other)) for other in others if runtime)]


def refuse(found: Detection) -> UsageError:
    """The error for a repository that can't be built."""
    first = found.fatal[0]
    findings = [
        Finding(file=file, line=line, key="", message=problem.what)
        for problem in found.fatal
        if problem.where
        for file, line in (parted(problem.where),)
    ]
    return UsageError(first.what, why=first.why, hint=first.fix, findings=findings)
