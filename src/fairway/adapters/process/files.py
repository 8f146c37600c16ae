"""A component's two files: its process id and its log."""

from pathlib import Path

LOG_LIMIT = 10 * 1024 * 1024


def rotate(log: Path) -> None:
    """Move a log of more than 10 MB out of the way, over the one before it."""
    if log.exists() and log.stat().st_size > LOG_LIMIT:
        log.replace(log.with_name(f"{log.name}.1"))


def tail(log: Path, count: int) -> list[str]:
    """The last lines of a log, [] when there is none."""
    try:
        with log.open("rb") as file:
            file.seek(max(0, log.stat().st_size - 64 * 1024))
            return [line.strip() for line in file.read().decode(errors="replace").splitlines() if line.strip()][-count:]
    except OSError:
        return []


def read_pid(file: Path) -> int | None:
    """The process id in the file, None when there is none."""
    try:
        return int(file.read_text())
    except (OSError, ValueError):
        return None


def write_pid(file: Path, pid: int) -> None:
    """Write it whole or not at all."""
    file.parent.mkdir(parents=True, exist_ok=True)
    draft = file.with_name(f"{file.name}.new")
    draft.write_text(f"{pid}\n")
    draft.replace(file)
