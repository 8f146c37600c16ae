"""Real migration tools beside a real database: installed once from npm and PyPI, run as processes."""

import fcntl
import hashlib
import os
import shutil
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from fairway.adapters.engines.engines import EngineDatabases
from fairway.adapters.memory.images import MemoryImage, MemoryImages
from fairway.adapters.postgres.databases import PostgresDatabases
from fairway.adapters.sqlite.databases import SqliteDatabases
from fairway.domain import address as addresses
from fairway.domain.address import Engine
from fairway.domain.image import Image
from fairway.domain.migrations import Migrations, Plan
from fairway.migrate.tools.pending import Planner
from fairway.ports.databases import Databases
from support.migration_samples import Sample

HERE = Path(__file__).parents[1] / "integration" / "migrations"
CACHE = Path(__file__).parents[2] / ".cache" / "migration-tools"
IMAGE = Image(repository="localhost:7879/shop", digest="sha256:" + "1" * 64)
CONTENTTYPES = (
    "django/__init__.py",
    *(f"django/contrib/contenttypes/{name}" for name in ("__init__.py", "apps.py")),
    *(
        f"django/contrib/contenttypes/migrations/{name}.py"
        for name in ("0001_initial", "0002_remove_content_type_name")
    ),
)
"""What of Django itself the sample has installed."""
SITE = "/venv/lib/python3.11/site-packages"


def installed(name: str, command: Sequence[str], *inputs: Path) -> Path:
    """A folder of the cache for these inputs, filled by the command the first time."""
    digest = hashlib.sha256(b"".join(path.read_bytes() for path in inputs)).hexdigest()[:16]
    folder = CACHE / f"{name}-{digest}"
    CACHE.mkdir(parents=True, exist_ok=True)
    with (CACHE / f"{name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (folder / "done").exists():
            shutil.rmtree(folder, ignore_errors=True)
            folder.mkdir()
            for path in inputs:
                shutil.copy(path, folder)
            done = subprocess.run(command, cwd=folder, capture_output=True, text=True, stdin=subprocess.DEVNULL)
            assert done.returncode == 0, done.stderr[-2000:]
            (folder / "done").touch()
    return folder


def node_modules() -> Path:
    command = ["npm", "ci", "--ignore-scripts", "--omit=optional", "--no-audit", "--no-fund", "--prefer-offline"]
    return installed("node", command, HERE / "node/package.json", HERE / "node/package-lock.json") / "node_modules"


def python_packages() -> Path:
    command = [sys.executable, "-m", "pip", "install", "--quiet", "--require-hashes", "--target", "site"]
    return installed("python", [*command, "-r", "requirements.txt"], HERE / "requirements.txt") / "site"


@dataclass(frozen=True, slots=True)
class Ended:
    """How a tool ended, and all that it printed."""

    code: int
    output: str


def databases(root: Path) -> Databases:
    """The real ones."""
    return EngineDatabases({Engine.POSTGRES: PostgresDatabases(), Engine.SQLITE: SqliteDatabases(root)})


class Project:
    """A sample in a folder, with a database of its own."""

    def __init__(self, folder: Path, sample: Sample, url: str) -> None:
        self.folder = folder
        self.sample = sample
        self.url = url
        folder.mkdir()
        self.put(sample.common)
        if "package.json" in sample.common:
            (folder / "node_modules").symlink_to(node_modules())

    def put(self, files: Mapping[str, str]) -> None:
        for name, text in files.items():
            path = self.folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)

    def migrations(self, *statements: str) -> None:
        self.put(self.sample.write(statements))

    def run(self, command: Sequence[str]) -> Ended:
        # What npx would find is on the path already, and npx itself takes as long as the tool.
        words = [sys.executable if word == "python" else word for word in command if word != "npx"]
        environment = {
            "PATH": f"{self.folder}/node_modules/.bin:{os.environ['PATH']}",
            "HOME": os.environ.get("HOME", "/"),
            "DATABASE_URL": self.url,
            "PYTHONPATH": str(python_packages()) if self.sample.tool == "django" else "",
            "PYTHONDONTWRITEBYTECODE": "1",
        }
        done = subprocess.run(
            words,
            cwd=self.folder,
            env=environment,
            capture_output=True,
            text=True,
            stdin=subprocess.DEVNULL,
            timeout=60,
        )
        return Ended(done.returncode, done.stdout + done.stderr)

    def up(self) -> Ended:
        return self.run(self.sample.up)

    async def plan(self, image: MemoryImage | None = None, *, url: str = "") -> Plan:
        """As Fairway sees it now, with that image or the folder as it is."""
        planner = Planner(MemoryImages({IMAGE.reference: image or self.image()}), databases(self.folder.parent))
        address = addresses.read(url or self.url)
        here = replace(address, file=address.name) if address.engine is Engine.SQLITE else address
        return await planner.plan(IMAGE, Migrations(command=self.sample.up), here)

    def image(self) -> MemoryImage:
        """The folder as an image."""
        files = {f"/app/{path}": content for path, content in contents(self.folder).items()}
        if self.sample.tool == "django":
            files |= {f"{SITE}/{path}": (python_packages() / path).read_bytes() for path in CONTENTTYPES}
        return MemoryImage(files=files, environment={"PATH": "/venv/bin:/usr/bin:/bin"})


def contents(folder: Path) -> Mapping[str, bytes]:
    """Every file of a project but what is installed."""
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in folder.rglob("*")
        if "node_modules" not in path.relative_to(folder).parts and path.is_file()
    }
