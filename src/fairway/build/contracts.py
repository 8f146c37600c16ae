"""The contract of a checkout, as the pipeline and the command line ask for it."""

from pathlib import Path

from fairway.build.detect import detect, tree
from fairway.build.detect.tree import Tree
from fairway.domain.app import App
from fairway.domain.contract import Contract
from fairway.domain.detection import Detection


def read(checkout: Path, app: App, found: Detection | None = None) -> Contract:
    """The contract of the files in a directory. `found` is what detection said of them, if that is known."""
    return read_tree(tree.Directory(checkout), app, found)


def read_tree(files: Tree, app: App, found: Detection | None = None) -> Contract:
    """The contract of these files, as fairway.toml describes the app."""
    # The grammars are several megabytes of compiled code, for those who need them.
    from fairway.build.contract import reader

    directory = None if app.build.directory == "." else app.build.directory
    known = found or detect.detect(files, directory=directory, dockerfile=app.build.dockerfile)
    services = [service for each in app.environments for service in each.services]
    commands = dict.fromkeys(" ".join(service.command) for service in services if service.command)
    return reader.read(files, known, commands, image=any(not service.command for service in services))
