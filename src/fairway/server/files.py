"""Files that a process may die beside, at any moment."""

import os
from pathlib import Path


def write_secret(file: Path, text: str) -> None:
    """Replace the file by rename; only its owner can ever read it."""
    fresh = file.with_name(f".{file.name}.{os.getpid()}")
    with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as handle:
        handle.write(text)
    fresh.replace(file)
