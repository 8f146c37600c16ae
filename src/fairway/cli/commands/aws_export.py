"""`fairway aws export`: the stacks as plain CloudFormation, to keep without Fairway."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import click

from fairway.cli import cloud, options, output
from fairway.cli.app import version
from fairway.errors import UsageError


@click.command("export")
@click.argument("folder", type=click.Path(path_type=Path))
@options.as_json
def export(folder: Path, as_json: bool) -> None:
    """Write plain CloudFormation into FOLDER.

    A template for each stack, a script of AWS's own commands, and a page about them. Nothing is asked of AWS. The
    folder is a new or an empty one, or that of an earlier export, which is replaced.
    """
    from fairway.provision import export as exporting

    place = cloud.find()
    stacks = cloud.synthesize(place.app, {}, cloud.read_files(place))
    texts = exporting.files(place.app.name, place.aws.region, version(), stacks)
    old = earlier(folder)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for name in old - set(texts):
            (folder / name).unlink(missing_ok=True)
        for name, text in texts.items():
            (folder / name).write_text(text, encoding="utf-8")
        (folder / exporting.SCRIPT).chmod(0o755)
    except OSError as error:
        raise UsageError(f"{folder} can't be written", why=(error.strerror or "").lower()) from error
    if output.answer_json(as_json, {"folder": str(folder), "files": sorted(texts)}):
        return
    for name in sorted(texts):
        output.say(f"Wrote  {folder / name}")
    output.say(f"Next   {folder / exporting.PAGE} says how to go on with them; sh {folder / exporting.SCRIPT}")


def earlier(folder: Path) -> set[str]:
    """The files that an earlier export has written there. Raises UsageError for a folder with anything else in it that
    no export has written: it would be mixed up."""
    if folder.exists() and not folder.is_dir():
        raise UsageError(f"{folder} is no folder")
    if not folder.exists() or not any(folder.iterdir()):
        return set()
    files = read_marker(folder).get("files", [])
    # Names alone: a marker that somebody has written must not lead out of the folder.
    return {Path(str(name)).name for name in files} if isinstance(files, list) else set()


def read_marker(folder: Path) -> dict[str, object]:
    """What an export has noted of itself. Raises UsageError for a folder that is none."""
    from fairway.provision import export as exporting

    try:
        found = json.loads((folder / exporting.MARKER).read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise UsageError(
            f"{folder} is no earlier export, and not empty",
            why=f"it has no {exporting.MARKER} that can be read",
            hint="name a folder that does not exist yet",
        ) from error
    return found if isinstance(found, dict) else {}


def read_templates(folder: Path) -> dict[str, Mapping[str, Any]]:
    """The templates of an earlier export, by the stacks' names. Raises UsageError for a folder that is none."""
    from fairway.provision import export as exporting

    stacks = read_marker(folder).get("stacks", {})
    names = stacks if isinstance(stacks, dict) else {}
    try:
        return {
            str(stack): exporting.template_of((folder / Path(str(file)).name).read_text(encoding="utf-8"))
            for stack, file in names.items()
        }
    except OSError as error:
        raise UsageError(f"a file of the export {folder} can't be read", why=(error.strerror or "").lower()) from error
