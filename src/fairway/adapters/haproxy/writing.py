"""A file that is written whole or not at all."""

import os
from pathlib import Path


def write(path: Path, text: str, *, sync: bool, mode: int = 0o644) -> None:
    """Replace the file's text in one step, if it is another. `sync`: a power failure does not tear it. `mode`: who may
    read it, from its first byte on."""
    content = text.encode()  # what is there may be no text: a power failure leaves whatever the disk had
    if path.exists() and path.read_bytes() == content:
        return
    draft = path.with_name(f"{path.name}.new")
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, mode), "wb") as file:
        file.write(content)
        file.flush()
        if sync:
            os.fsync(file.fileno())
    draft.replace(path)
