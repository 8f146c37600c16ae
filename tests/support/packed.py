"""Files within files: what an archive or a compressed file holds, however deep."""

import gzip
import io
import tarfile
from collections.abc import Iterator
from pathlib import Path


def leaves(name: str, data: bytes) -> Iterator[tuple[str, bytes]]:
    """A file, and what is packed in it."""
    yield name, data
    if data[:2] == b"\x1f\x8b":
        yield from leaves(f"{name} (unpacked)", gzip.decompress(data))
    elif data[257:262] == b"ustar":
        with tarfile.open(fileobj=io.BytesIO(data)) as packed:
            for member in packed:
                if member.isfile() and (content := packed.extractfile(member)) is not None:
                    yield from leaves(f"{name}/{member.name}", content.read())


def of_image(saved: Path) -> Iterator[tuple[str, bytes]]:
    """The files of what `docker save` wrote, one after the other; of a layer its archive, not compressed."""
    with tarfile.open(saved) as archive:
        for member in archive:
            if member.isfile() and (content := archive.extractfile(member)) is not None:
                data = content.read()
                yield member.name, gzip.decompress(data) if data[:2] == b"\x1f\x8b" else data
