"""What the tests of detection and recipes share: a repository as a dictionary, and real builds of small projects."""

import http.client
import json
import os
import subprocess
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from fairway.build.detect import detect
from fairway.build.detect.tree import Directory
from fairway.build.recipe import recipe
from fairway.domain.detection import Detection

DOCKER = "/usr/bin/docker"
CERTIFICATES = Path("/etc/ssl/certs/ca-certificates.crt")
NODE = os.environ.get("FAIRWAY_TEST_NODE_IMAGE", "node:22-slim")
BASE = os.environ.get("FAIRWAY_TEST_BASE_IMAGE", "node:22-slim")
LABEL = "fairway-test=detect"


class Files(dict[str, str | bytes]):
    """A repository as a dictionary of its files."""

    def read(self, path: str) -> bytes | None:
        """The file's content."""
        content = self.get(path)
        return content.encode() if isinstance(content, str) else content

    def files(self) -> tuple[str, ...]:
        """Every path."""
        return tuple(sorted(self))


def package(**fields: object) -> str:
    """A package.json, a key to a line."""
    return json.dumps(fields, indent=2)


def detected(files: Mapping[str, str | bytes]) -> Detection:
    """What is detected in the files."""
    return detect.detect(Files(files))


def write(folder: Path, files: Mapping[str, str]) -> None:
    """The files, on disk."""
    for name, content in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content)


@dataclass(frozen=True, slots=True, kw_only=True)
class Built:
    """An image that was built, the log of its build, and the Detection that it was made from."""

    tag: str
    log: str
    detection: Detection
    status: int


def build(folder: Path, tag: str, *, base: str, test: str | None = None, target: str | None = None) -> Built:
    """Detect the project in `folder`, write its recipe beside it, and build that with the real BuildKit."""
    detection = detect.detect(Directory(folder))
    dockerfile = folder.parent / f"{folder.name}.Dockerfile"
    dockerfile.write_text(recipe.dockerfile(detection, test=test, base=base))
    (folder / ".dockerignore").write_text(recipe.ignore(detection))
    command = [DOCKER, "build", "--progress=plain", "--label", LABEL, "--tag", tag, "--file", str(dockerfile)]
    if CERTIFICATES.is_file():
        command += ["--secret", f"id=ca,src={CERTIFICATES}"]
    if target:
        command += ["--target", target]
    finished = subprocess.run(
        [*command, str(folder / detection.context)],
        env={**os.environ, "DOCKER_BUILDKIT": "1"},
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    return Built(tag=tag, log=finished.stdout + finished.stderr, detection=detection, status=finished.returncode)


def docker(*words: str) -> str:
    """What a docker command prints."""
    return subprocess.run([DOCKER, *words], capture_output=True, text=True, timeout=60, check=True).stdout.strip()


def cached(log: str, instruction: str) -> bool:
    """Whether the build took the step from its cache: BuildKit numbers its steps, and says `#7 CACHED`."""
    steps = [line.split()[0] for line in log.splitlines() if line.startswith("#") and instruction in line]
    return bool(steps) and all(f"{step} CACHED" in log for step in steps)


def answer(port: int, path: str, timeout: float = 20.0) -> tuple[int, str]:
    """The first answer on a local port; raises TimeoutError when none comes in time."""
    deadline = time.monotonic() + timeout
    while time.monotonic() < deadline:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=2)
        try:
            connection.request("GET", path)
            response = connection.getresponse()
            return response.status, response.read().decode()
        except (OSError, http.client.HTTPException):
            time.sleep(0.05)  # the container's process is not listening yet
        finally:
            connection.close()
    raise TimeoutError(f"nothing answered on port {port}")
