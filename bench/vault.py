"""What sealing and opening a backup's file costs against copying it, to the disk itself, and the memory that it takes.

python bench/vault.py [MEGABYTES]
"""

import asyncio
import os
import resource
import shutil
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

from fairway.adapters.vault.vault import FileVault
from fairway.ports.databases import Progress

MB = 1024 * 1024
ROUNDS = 3


@dataclass(frozen=True)
class Figures:
    """Seconds, and the megabytes of memory that the process has had at the most, before and after."""

    copied: float
    sealed: float
    opened: float
    memory_before: int
    memory_after: int


async def key() -> bytes:
    """Any."""
    return b"k" * 32


def ignore(progress: Progress) -> None:
    """Nobody looks."""


async def measure(dump: Path, folder: Path) -> Figures:
    """Of the files in `dump`, the fastest of each; `folder` is an empty directory on the same disk."""
    vault, before = FileVault(folder / "vault", key), peak()
    copied, sealed, opened = [], [], []
    for number in range(ROUNDS):
        target, into = folder / f"copy-{number}", folder / f"into-{number}"
        into.mkdir()
        # What is still on its way to the disk from the round before would be counted to this one.
        os.sync()
        begun = time.perf_counter()
        copy(dump, target)
        copied.append(time.perf_counter() - begun)
        shutil.rmtree(target)
        os.sync()
        begun = time.perf_counter()
        made = await vault.seal(dump, "bench.1.backup", report=ignore)
        sealed.append(time.perf_counter() - begun)
        begun = time.perf_counter()
        await vault.open(made, into, report=ignore)
        opened.append(time.perf_counter() - begun)
        shutil.rmtree(into)
    return Figures(
        copied=min(copied), sealed=min(sealed), opened=min(opened), memory_before=before, memory_after=peak()
    )


def copy(source: Path, target: Path) -> None:
    """Copy the files, through this process, to the disk itself: the floor."""
    target.mkdir()
    for path in source.iterdir():
        with path.open("rb") as read, (target / path.name).open("wb") as written:
            shutil.copyfileobj(read, written, MB)
            written.flush()
            os.fsync(written.fileno())


def peak() -> int:
    """Megabytes."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024


def main() -> None:
    """Measure and print."""
    size = int(sys.argv[1]) if len(sys.argv) > 1 else 1024
    with tempfile.TemporaryDirectory() as name:
        folder, dump = Path(name), Path(name) / "dump"
        dump.mkdir()
        with (dump / "data.dat").open("wb") as file:
            for _ in range(size):
                file.write(os.urandom(MB))
        found = asyncio.run(measure(dump, folder))
    print(f"{size} MB")
    print(f"copied, synced    {found.copied:6.2f} s  {size / found.copied:6.0f} MB/s")
    for word, seconds in (("sealed, synced", found.sealed), ("opened", found.opened)):
        print(f"{word:<18}{seconds:6.2f} s  {size / seconds:6.0f} MB/s  {seconds / found.copied:5.2f} times a copy")
    print(f"memory            {found.memory_before} MB before, {found.memory_after} MB at the most")


if __name__ == "__main__":
    main()
