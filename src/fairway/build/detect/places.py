"""A Detection of a folder, as one of the repository: its places and paths are told from there."""

import posixpath
from dataclasses import replace
from typing import TypeVar

from fairway.domain.detection import (
    Detection,
    Evidence,
    Health,
    PackageManager,
    Port,
    Problem,
    Runtime,
    Start,
    Step,
)  # fmt: skip

Placed = TypeVar("Placed", Runtime, PackageManager, Step, Start, Port, Health, Evidence, Problem)


def moved(detection: Detection, folder: str) -> Detection:
    """The Detection of a subfolder, with its places relative to the repository."""
    if folder == ".":
        return detection

    def at(where: str) -> str:
        return where if not where or where.startswith("the ") or where == "fairway.toml" else f"{folder}/{where}"

    def place(part: Placed) -> Placed:
        return replace(part, where=at(part.where))

    return replace(
        detection,
        context=posixpath.normpath(posixpath.join(folder, detection.context)),
        directory=posixpath.normpath(posixpath.join(folder, detection.directory)),
        dockerfile=f"{folder}/{detection.dockerfile}" if detection.dockerfile else None,
        runtime=place(detection.runtime) if detection.runtime else None,
        packages=place(detection.packages) if detection.packages else None,
        build=place(detection.build) if detection.build else None,
        start=place(detection.start) if detection.start else None,
        port=place(detection.port) if detection.port else None,
        health=place(detection.health) if detection.health else None,
        evidence=tuple(place(item) for item in detection.evidence),
        problems=tuple(place(item) for item in detection.problems),
    )
