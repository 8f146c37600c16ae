"""What the repository's files tell, as `fairway init` shows it. Nothing else here calls the build room."""

import textwrap
from pathlib import Path

from fairway.domain.detection import Detection, Problem


def look(folder: Path) -> Detection:
    """What the files of a work tree say."""
    from fairway.build.detect import detect, tree

    return detect.detect(tree.Directory(folder))


def dockerfile(found: Detection, *, test: str | None) -> str:
    """The Dockerfile that is generated for the repository. Raises UsageError when there can be none."""
    from fairway.build.recipe import recipe

    return recipe.dockerfile(found, test=test)


def ignore(found: Detection) -> str:
    """The .dockerignore that belongs to it."""
    from fairway.build.recipe import recipe

    return recipe.ignore(found)


def lines(found: Detection, width: int) -> list[str]:
    """`Found` with each conclusion and its place, what a person should know, then what will fail or may."""
    told = ", ".join(f"{item.what} ({item.where})" if item.where else item.what for item in found.evidence)
    result = wrap("Found", told, width) if told else []
    for note in found.notes:
        result += wrap("Note", note, width)
    for problem in found.problems:
        result += problem_lines(problem, width)
    return result


def problem_lines(problem: Problem, width: int) -> list[str]:
    """A problem: what and why, and below what to do."""
    place = f" ({problem.where})" if problem.where else ""
    result = wrap("Stop" if problem.fatal else "Watch", f"{problem.what}{place}: {problem.why}", width)
    return [*result, *wrap("", problem.fix, width)] if problem.fix else result


def wrap(label: str, text: str, width: int) -> list[str]:
    """The text behind a label of seven columns, wrapped."""
    wide = max(40, min(width, 120)) - 1
    return textwrap.wrap(
        text,
        wide,
        initial_indent=f"{label:<7}",
        subsequent_indent=" " * 7,
        break_long_words=False,
        break_on_hyphens=False,
    )
