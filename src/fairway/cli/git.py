"""What the commands ask of the user's own repository, through git itself."""

import os
import subprocess
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

from fairway.cli import output
from fairway.errors import UsageError, WorkFailed

REMOTE = "fairway"
SECONDS = 60.0
HISTORY_SECONDS = 30.0
HISTORY_BYTES = 100 * 1024 * 1024
HISTORY_LINE = 64 * 1024


def run(*arguments: str, cwd: Path | None = None, check: bool = True) -> str | None:
    """What git printed, without the last line break; None when it failed and `check` is off.

    Raises UsageError when git is not installed, WorkFailed with git's own words when it fails.
    """
    try:
        done = subprocess.run(
            ["git", *arguments], cwd=cwd, env=_environ(), capture_output=True, timeout=SECONDS, check=False
        )
    except FileNotFoundError as error:
        raise UsageError("git is not installed", hint="fairway doctor --fix") from error
    except subprocess.TimeoutExpired as error:
        raise WorkFailed(f"git {arguments[0]} took longer than {SECONDS:.0f} s") from error
    if done.returncode == 0:
        return done.stdout.decode("utf-8", "replace").rstrip("\n")
    if check:
        lines = done.stderr.decode("utf-8", "replace").strip().splitlines()
        raise WorkFailed(f"git {arguments[0]} failed", log=lines[-10:])
    return None


def _environ() -> dict[str, str]:
    """git must never wait for an answer to a question that nobody sees."""
    return {**os.environ, "GIT_TERMINAL_PROMPT": "0", "LC_ALL": "C.UTF-8"}


def top_level(cwd: Path | None = None) -> Path | None:
    """The work tree's root, None outside of one."""
    found = run("rev-parse", "--show-toplevel", cwd=cwd, check=False)
    return Path(found) if found else None


def folder() -> Path:
    """The root of the work tree that one is in; outside of one the folder itself. Raises UsageError when it is gone."""
    try:
        return top_level() or Path.cwd()
    except FileNotFoundError as error:
        raise UsageError("the folder that this shell is in is gone", hint="cd to the app's repository") from error


def head(top: Path) -> str | None:
    """The commit that HEAD points to, None when there is no commit yet."""
    return run("rev-parse", "--verify", "--quiet", "HEAD^{commit}", cwd=top, check=False)


def branch(top: Path) -> str | None:
    """The branch that is checked out, None when HEAD is detached."""
    return run("symbolic-ref", "--quiet", "--short", "HEAD", cwd=top, check=False)


def trunk(top: Path) -> str | None:
    """The branch of what is finished: the one that a clone begins with, else master or main, else the one that is
    checked out. None when nothing tells, as outside of a repository."""
    if begun := run("symbolic-ref", "--quiet", "--short", "refs/remotes/origin/HEAD", cwd=top, check=False):
        return begun.removeprefix("origin/")
    branches = (run("for-each-ref", "--format=%(refname:short)", "refs/heads", cwd=top, check=False) or "").split("\n")
    return next((name for name in ("master", "main") if name in branches), None) or branch(top)


def changed_files(top: Path) -> list[str]:
    """The files that differ from HEAD, untracked ones included."""
    out = run("status", "--porcelain", "-z", cwd=top) or ""
    return [entry[3:] for entry in out.split("\0") if len(entry) > 3]


def listed_files(top: Path) -> list[str]:
    """The files of the work tree that git has, or would take: all but the ignored ones."""
    out = run("ls-files", "--cached", "--others", "--exclude-standard", "-z", cwd=top) or ""
    return [path for path in out.split("\0") if path]


def added_lines(top: Path) -> Iterator[tuple[str, str, str]]:
    """Each line that a commit of any branch added: the commit, the file, the line. The newest first, 100 MB of git's
    output and 30 s at most."""
    command = [
        "git",
        "log",
        "--all",
        "--patch",
        "--unified=0",
        "--no-color",
        "--no-ext-diff",
        "--no-textconv",
        "--format=%x00%H",
    ]
    until = time.monotonic() + HISTORY_SECONDS
    commit = file = ""
    left = HISTORY_BYTES
    with subprocess.Popen(
        command, cwd=top, env=_environ(), stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
    ) as process:
        assert process.stdout is not None
        while (raw := process.stdout.readline(HISTORY_LINE)) and left > 0 and time.monotonic() < until:
            left -= len(raw)
            line = raw.decode("utf-8", "replace").rstrip("\n")
            if line.startswith("\0"):
                commit = line[1:]
            elif line.startswith("+++ "):
                file = line[4:].removeprefix("b/")
            elif line.startswith("+"):
                yield commit, file, line[1:]
        process.terminate()


def is_committed(top: Path, path: str) -> bool:
    """Whether HEAD has the file."""
    return bool(run("ls-tree", "--name-only", "HEAD", "--", path, cwd=top))


def remote_url(top: Path | None = None) -> str | None:
    """The URL of the remote `fairway`, None when there is no such remote or no repository."""
    return run("config", "--get", f"remote.{REMOTE}.url", cwd=top, check=False)


def set_remote(top: Path, url: str) -> None:
    """Make the remote `fairway` point to `url`."""
    verb = "set-url" if remote_url(top) else "add"
    run("remote", verb, REMOTE, url, cwd=top)


def set_access(top: Path, url: str, helper: str) -> None:
    """Let git get the credential for `url` from `helper` alone, so that none has to be stored in .git/config, and go
    there directly."""
    key = f"credential.{url}.helper"
    # The empty value makes git forget the helpers of the user's other files for this URL; an old one of ours goes too.
    run("config", "--local", "--replace-all", key, "", cwd=top)
    run("config", "--local", "--add", key, helper, cwd=top)
    # The server is on this host: a company's proxy, named by http_proxy, would look for it on its own.
    run("config", "--local", "--replace-all", f"http.{url}.proxy", "", cwd=top)


def push(
    top: Path, refspec: str, *, options: Sequence[str] = (), quiet: bool = False, timeout: float
) -> tuple[int, str]:
    """Push to the remote `fairway`, its messages going to standard error as they come; with `quiet` only when it fails.

    Returns git's exit status and its porcelain report. Raises WorkFailed when it takes longer than `timeout` seconds.
    """
    command = ["git", "push", "--porcelain", *(f"--push-option={option}" for option in options), REMOTE, refspec]
    said = subprocess.PIPE if quiet else None
    with subprocess.Popen(
        command, cwd=top, env=_environ(), stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=said
    ) as process:
        try:
            out, kept = process.communicate(timeout=timeout)
        except subprocess.TimeoutExpired as error:
            process.terminate()
            raise WorkFailed(
                "the push is not done in time", why="the execution goes on on the server", hint="fairway executions"
            ) from error
        except KeyboardInterrupt:
            process.terminate()
            process.wait()
            raise
    if kept and process.returncode != 0:
        output.say_lines(output.clean(line.rstrip()) for line in kept.decode("utf-8", "replace").splitlines())
    return process.returncode, out.decode("utf-8", "replace")
