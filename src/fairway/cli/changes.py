"""What an execution would change in an environment, as lines: commits, image, variables by name."""

from typing import Any

from fairway.cli import output
from fairway.wire import progress, words

SHOWN = 10
DIGEST = len("sha256:") + 12


def lines(changes: dict[str, Any]) -> list[str]:
    """`  Would   deploy 3 commits since release 17`, the commits, the image, the variables that differ."""
    commits = [f"{words.commit(each['commit'])} {output.clean(each['subject'])}" for each in changes["commits"][:SHOWN]]
    if changes["count"] is not None and changes["count"] > len(commits):
        commits.append(f"and {changes['count'] - len(commits)} more")
    image = [f"image {changes['image'][:DIGEST]}…"] if changes["image"] else []
    found = [heading(changes), *commits, *image, *variables(changes["variables"])]
    return list(progress.labelled("Would", found))


def heading(changes: dict[str, Any]) -> str:
    """What is deployed, against what runs."""
    where = changes["environment"]
    if changes["release"] is None:
        return f"deploy to {where}, which runs nothing yet"
    if changes["count"] is None:
        return f"deploy to {where} a commit that does not follow that of release {changes['release']}"
    if changes["count"] == 0:
        return f"deploy to {where} the commit of release {changes['release']} again"
    return f"deploy to {where} {words.count(changes['count'], 'commit')} since release {changes['release']}"


def variables(changed: dict[str, Any]) -> list[str]:
    """The names that differ."""
    return [
        f"variables {what}: {', '.join(changed[what])}" for what in ("added", "changed", "removed") if changed[what]
    ]
