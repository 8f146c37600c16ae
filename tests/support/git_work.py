"""A developer's own clone, for tests that push: every git call is a real one, with no configuration of this machine."""

import os
import subprocess
from collections.abc import Mapping
from pathlib import Path

ENVIRONMENT = {
    "PATH": os.environ["PATH"],
    "HOME": "/nonexistent",
    "GIT_CONFIG_NOSYSTEM": "1",
    "GIT_CONFIG_GLOBAL": os.devnull,
    "GIT_TERMINAL_PROMPT": "0",
    "GIT_AUTHOR_NAME": "Ada",
    "GIT_AUTHOR_EMAIL": "ada@example.com",
    "GIT_COMMITTER_NAME": "Ada",
    "GIT_COMMITTER_EMAIL": "ada@example.com",
    "LC_ALL": "C.UTF-8",
    "USER": "ada",
}


class Work:
    """A work tree with a repository in it."""

    def __init__(self, path: Path) -> None:
        self.path = path
        path.mkdir(parents=True, exist_ok=True)
        self.git("init", "--quiet", "--initial-branch=master")

    def git(self, *arguments: str, check: bool = True) -> subprocess.CompletedProcess[str]:
        """Run git here; both outputs as text."""
        return subprocess.run(
            ("git", *arguments), cwd=self.path, env=ENVIRONMENT, check=check, capture_output=True, text=True
        )

    def write(self, files: Mapping[str, bytes]) -> None:
        """Write files, and stage them."""
        for name, content in files.items():
            path = self.path / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)
        self.git("add", "--all", "--force", ".")

    def commit(self, files: Mapping[str, bytes] | None = None, subject: str = "Change") -> str:
        """Commit these files on top of what is there; the commit's id."""
        self.write(files or {})
        self.git("commit", "--quiet", "--allow-empty", "-m", subject)
        return self.head()

    def head(self) -> str:
        """The current commit."""
        return self.git("rev-parse", "HEAD").stdout.strip()

    def push(self, remote: str | Path, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Push; never raises. What the pusher saw is in `stderr`."""
        return self.git("push", *arguments[:-1], str(remote), arguments[-1] if arguments else "master", check=False)
