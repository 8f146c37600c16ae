"""Files into a container and out of it: Docker gives and takes tar archives of paths.

An archive that comes out is the work of whoever wrote the app: it is read to a bound, on a thread, and nothing of it is
unpacked: names and contents are handed on, of regular files alone.
"""

import asyncio
import contextlib
import io
import posixpath
import tarfile
import tempfile
from collections.abc import AsyncGenerator, Generator, Mapping
from typing import IO

from fairway.adapters.docker.connection import Connection, Refused
from fairway.errors import WorkFailed
from fairway.ports.jobs import OUTPUT, JobFile

MOST = 512 * 1024 * 1024
"""Bytes of one archive that are read."""
IN_MEMORY = 1024 * 1024
ENTRIES = 20_000
"""Entries of one archive that are looked at: empty files take nearly no room, and each of them some time."""


class Missing(Exception):
    """There is nothing at the path."""


async def lay_out(connection: Connection, container: str, files: Mapping[str, str]) -> None:
    """Give a container that was not started yet the empty file for what it hands on, and `files` by absolute paths.
    Raises Refused."""
    archive = io.BytesIO()
    with tarfile.open(fileobj=archive, mode="w") as opened:
        folder = tarfile.TarInfo(posixpath.dirname(OUTPUT).lstrip("/"))
        folder.type, folder.mode = tarfile.DIRTYPE, 0o777
        opened.addfile(folder)
        file = tarfile.TarInfo(OUTPUT.lstrip("/"))
        file.mode = 0o666
        opened.addfile(file)
        for path, text in files.items():
            file = tarfile.TarInfo(path.lstrip("/"))
            file.mode, file.size = 0o444, len(text.encode())
            opened.addfile(file, io.BytesIO(text.encode()))
    await connection.upload(f"/containers/{container}/archive", archive.getvalue(), params={"path": "/"})


async def read(connection: Connection, container: str, path: str, *, largest: int) -> AsyncGenerator[JobFile, None]:
    """The files at the path. Raises Missing, and WorkFailed when they are too many to look through."""
    inspected = await connection.call("GET", f"/containers/{container}/json")
    whole = posixpath.join(inspected["Config"].get("WorkingDir") or "/", path)
    with tempfile.SpooledTemporaryFile(max_size=IN_MEMORY) as spool:
        await fetch(connection, container, whole, spool)
        spool.seek(0)
        files = members(spool, posixpath.dirname(path), largest)
        with contextlib.closing(files):
            while (file := await asyncio.to_thread(next, files, None)) is not None:
                yield file


async def fetch(connection: Connection, container: str, path: str, into: IO[bytes]) -> None:
    """The archive of the path. Raises Missing, and WorkFailed for one without end."""
    left = MOST
    address, headers = f"/containers/{container}/archive", {"Accept-Encoding": "identity"}
    try:
        async with connection.stream("GET", address, params={"path": path}, headers=headers) as chunks:
            async for chunk in chunks:
                left -= len(chunk)
                if left < 0:
                    raise WorkFailed(f"{path} is too large to be kept", why=f"it has more than {MOST // 1024**2} MB")
                into.write(chunk)
    except Refused as refusal:
        if refusal.status == 404:
            raise Missing from refusal
        raise


def members(archive: IO[bytes], folder: str, largest: int, *, most: int = ENTRIES) -> Generator[JobFile, None, None]:
    """The regular files of an archive, their names put behind the folder's. Raises WorkFailed when it has more than
    `most` entries, or can't be read."""
    try:
        with tarfile.open(fileobj=archive, mode="r|") as opened:
            for number, member in enumerate(opened, start=1):
                if number > most:
                    raise WorkFailed("there are too many files to look through", why=f"there are more than {most}")
                if not member.isreg():
                    continue
                name = posixpath.join(folder, member.name)
                file = opened.extractfile(member) if member.size <= largest else None
                yield JobFile(path=name, size=member.size, content=None if file is None else file.read())
    except tarfile.TarError as error:
        raise WorkFailed("the files that Docker gave can't be read", why=str(error)) from error
