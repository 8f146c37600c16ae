"""The Pythons of this host that a stand-in can be made of: those of pyenv and uv, each whole in a directory of its own.

A Python finds its library beside its own program, so that a copy of the directory works elsewhere. A distribution's own
Python is spread over the system and can't be copied.
"""

import re
import shutil
from collections.abc import Mapping
from pathlib import Path

VERSION = re.compile(r"(?:cpython-)?(3\.\d+\.\d+)(?:-linux-.*gnu)?")
UNWANTED = shutil.ignore_patterns(
    "site-packages", "test", "tests", "idlelib", "turtledemo", "tkinter", "__pycache__", "*.a", "_tkinter*", "share"
)
"""The host's own packages are nobody else's; the rest is never used by a server."""


def find(environ: Mapping[str, str]) -> Mapping[str, Path]:
    """The directory of each version (`3.12.4`) that pyenv or uv has installed for this user."""
    home = Path(environ.get("HOME") or "/nonexistent")
    data = Path(environ.get("XDG_DATA_HOME") or home / ".local/share")
    places = (
        Path(environ.get("PYENV_ROOT") or home / ".pyenv") / "versions",
        Path(environ.get("UV_PYTHON_INSTALL_DIR") or data / "uv/python"),
    )
    found: dict[str, Path] = {}
    for place in places:
        for path in sorted(place.iterdir()) if place.is_dir() else ():
            if (match := VERSION.fullmatch(path.name)) and whole(path, match[1]):
                found.setdefault(match[1], path)
    return found


def whole(path: Path, version: str) -> bool:
    """Whether the directory has both the program and its library."""
    name = "python" + version.rpartition(".")[0]
    return (path / "bin" / name).is_file() and (path / "lib" / name / "os.py").is_file()


def copy(path: Path, into: Path) -> None:
    """Copy the program, the library and the headers, without what was installed beside them."""
    name = next((path / "lib").glob("python3.*")).name
    (into / "bin").mkdir(parents=True)
    shutil.copy2(path / "bin" / name, into / "bin" / name)
    shutil.copytree(path / "lib", into / "lib", symlinks=True, ignore=UNWANTED)
    (into / "lib" / name / "site-packages").mkdir()
    if (path / "include").is_dir():
        shutil.copytree(path / "include", into / "include", symlinks=True)
