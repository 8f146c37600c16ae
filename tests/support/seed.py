"""The base image's layers for a registry that is new.

A dozen tests begin with a registry of their own. Each would be sent 330 MB, which the Docker Engine compresses anew: a
quarter of a minute of a core. It asks first whether the repository has a layer, so each is given them: the files of a
registry that the base image was pushed to once. Where Docker does not know their digests any more, it sends them.
"""

import fcntl
import os
import shutil
import subprocess
from pathlib import Path

from support import registry_room
from support.ports import free_port

BASE = "node:22-slim"
ROOT = Path("docker/registry/v2")
KEPT = Path(__file__).parents[2] / ".cache" / "layers"


def give(storage: Path, repository: str) -> None:
    """Let the registry whose files lie there have the layers in that repository."""
    source = prepare()
    if not (storage / ROOT / "blobs").exists():
        shutil.copytree(source / ROOT / "blobs", storage / ROOT / "blobs", copy_function=link)
    layers = storage / ROOT / "repositories" / repository / "_layers"
    shutil.copytree(source / ROOT / "repositories" / "base" / "_layers", layers, dirs_exist_ok=True)


def prepare() -> Path:
    """The files of a registry with the base image in its repository `base`, made once for this image and machine."""
    found = run("docker", "image", "inspect", "--format", "{{.Id}}", BASE)
    kept = KEPT / found.removeprefix("sha256:")[:12]
    kept.mkdir(parents=True, exist_ok=True)
    with (kept / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (kept / "whole").exists():
            shutil.rmtree(kept / "made", ignore_errors=True)
            push(kept / "made")
            (kept / "whole").touch()
    return kept / "made" / "data"


def push(directory: Path) -> None:
    """Push the base image to a registry that lies in the directory."""
    with registry_room.open_to_all(directory, free_port()) as host:
        name = f"{host}/base:latest"
        run("docker", "tag", BASE, name)
        try:
            run("docker", "push", "--quiet", name)
        finally:
            run("docker", "rmi", name)


def run(*command: str) -> str:
    """What it printed."""
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip()


def link(source: str, target: str) -> None:
    """The same file under another name; a copy on another file system."""
    try:
        os.link(source, target)
    except OSError:
        shutil.copy2(source, target)
