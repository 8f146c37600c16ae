"""Keeping the logs within their bounds: by size of each task and each service, by age, and of apps that exist.

It runs in a thread beside the writers, and never touches a part that is being written: that is always the newest of its
log, and has been written lately or was being written when the round began. What it deletes it deletes from the oldest
part on, so that what stays of a log has no hole.
"""

import shutil
from collections.abc import Collection, Iterator
from pathlib import Path

from fairway.adapters.files import parts
from fairway.adapters.files.parts import Limits, Part

LATELY = 600.0
"""Seconds. A part that was begun after the round began has been written within them."""


def tidy(root: Path, limits: Limits, apps: Collection[str], written: Collection[Path], now: float) -> list[str]:
    """One round; what was deleted, a sentence for each log and app. A file that can't be touched stays for the next."""
    told = []
    for app in _folders(root):
        if app.name in apps:
            for environment in _folders(app):
                for service in _folders(environment):
                    told += _service(service, limits, written, now)
                    _drop_empty(service)
                _drop_empty(environment)
            _drop_empty(app)
        elif not any(path.is_relative_to(app) for path in written):
            remove(app)
            told.append(f"the logs of {app.name} are deleted: there is no such app")
    return told


def folders(app: Path) -> Iterator[Path]:
    """Those of the app's logs."""
    for environment in _folders(app):
        for service in _folders(environment):
            yield from _folders(service)


def remove(folder: Path) -> None:
    """Delete it with all that is in it; one that is not there is no error. Raises OSError."""
    if folder.exists():
        shutil.rmtree(folder)


def _service(service: Path, limits: Limits, written: Collection[Path], now: float) -> list[str]:
    told: list[str] = []
    kept: list[Part] = []
    for log in _folders(service):
        closed, causes = _task(log, limits, written, now)
        kept += closed
        told += [f"{service.name}.{log.name[:4]}: {cause}" for cause in causes]
        _drop_empty(log)
    excess = sum(part.size for part in kept) - limits.service
    deleted = 0
    for part in sorted(kept, key=lambda each: each.written):
        if deleted >= excess:
            break
        deleted += _delete(part)
        _drop_empty(part.path.parent)
    if deleted:
        told.append(f"{service.name}: {deleted / parts.MB:.1f} MB of its oldest lines were deleted: it has too many")
    return told


def _task(log: Path, limits: Limits, written: Collection[Path], now: float) -> tuple[list[Part], list[str]]:
    """The closed parts that are left of one log, compressed, and why others were deleted."""
    for unfinished in log.glob(f"*{parts.UNFINISHED}"):
        unfinished.unlink(missing_ok=True)
    every = parts.listed(log)
    closed = [part for part in every if part is not every[-1] or _is_closed(part, written, now)]
    kept = [_pack(part) for part in closed if part.written >= (now - limits.age) * 1e9]
    old = [part for part in closed if part.written < (now - limits.age) * 1e9]
    for part in old:
        _delete(part)
    excess = sum(part.size for part in kept) - limits.task
    many = 0
    while excess > 0 and len(kept) > 1:
        many += (deleted := _delete(kept.pop(0)))
        excess -= deleted
    causes = [f"lines older than {limits.age / parts.DAY:g} days were deleted"] if old else []
    return kept, causes + (
        [f"{many / parts.MB:.1f} MB of its oldest lines were deleted: it has too many"] if many else []
    )


def _is_closed(newest: Part, written: Collection[Path], now: float) -> bool:
    return newest.compressed or (newest.path not in written and newest.written < (now - LATELY) * 1e9)


def _pack(part: Part) -> Part:
    if not part.compressed:
        return parts.compress(part)
    part.path.with_suffix("").unlink(missing_ok=True)  # both are there when the last process died in between
    return part


def _delete(part: Part) -> int:
    """How many bytes that gave back."""
    part.path.unlink(missing_ok=True)
    part.path.with_suffix("" if part.compressed else part.path.suffix).unlink(missing_ok=True)
    return part.size


def _folders(folder: Path) -> list[Path]:
    try:
        return sorted(entry for entry in folder.iterdir() if entry.is_dir() and not entry.is_symlink())
    except (FileNotFoundError, NotADirectoryError):
        return []


def _drop_empty(folder: Path) -> None:
    try:
        folder.rmdir()
    except OSError:
        return  # it is not empty, or a writer has just made it
