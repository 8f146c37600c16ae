"""Submodules: fetched by the URL that `.gitmodules` names, one commit deep, and kept beside the app's repository.

Only http, https, ssh and git URLs: `file:` and plain paths would read the server's own disk.
"""

import asyncio
import configparser
import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from fairway.adapters.git import command, names
from fairway.errors import UsageError

ALLOWED = re.compile(r"(?:https?|ssh|git)://[^\s\x00-\x1f-]\S*|[A-Za-z0-9._]+@[A-Za-z0-9][A-Za-z0-9.-]*:(?!-)\S+")
PATIENCE = 120.0
"""Seconds for one submodule."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Submodule:
    """`commit` from `url` belongs at `path`; `kept` is the folder in which its objects stay."""

    path: str
    commit: str
    url: str
    kept: Path


def label(path: str) -> str:
    """A file name for what is kept of the submodule at this path."""
    return hashlib.sha256(path.encode("utf-8", "surrogateescape")).hexdigest()[:12]


def urls(file: Path) -> dict[str, str]:
    """The URL of each submodule's path. A file that is missing or unreadable names none."""
    # git's own reader would follow includes; this is only ever the simple form that `git submodule add` writes.
    parser = configparser.ConfigParser(interpolation=None, strict=False, delimiters=("=",), comment_prefixes=("#", ";"))
    if file.is_symlink() or not file.is_file():
        return {}
    lines = (line.strip() for line in file.read_text("utf-8", "surrogateescape").splitlines())
    try:
        parser.read_string("\n".join(lines))
    except configparser.Error:
        return {}
    return {parser[section].get("path", ""): parser[section].get("url", "") for section in parser.sections()}


async def fetch(module: Submodule, env: Mapping[str, str]) -> Path:
    """The bare repository that has the commit. Raises UsageError whose `why` says what stood in the way."""
    if not module.url:
        raise _refuse(module, "no URL in .gitmodules")
    if not ALLOWED.fullmatch(module.url):
        raise _refuse(module, f"{names.show(module.url)} can't be reached from the server")
    module.kept.mkdir(parents=True, exist_ok=True)
    safe = {**env, "GIT_ALLOW_PROTOCOL": "http:https:ssh:git", "GIT_SSH_COMMAND": "ssh -oBatchMode=yes"}
    await command.run(("init", "--quiet", "--bare", "--template=", "--", "."), env=safe, cwd=module.kept)
    if (await command.run(("cat-file", "-e", module.commit), env=safe, cwd=module.kept)).ok:
        return module.kept
    result = await _fetch(module, safe)
    if not result.ok:
        raise _refuse(module, result.complaint.splitlines()[-1] if result.complaint else "git fetch failed")
    return module.kept


async def _fetch(module: Submodule, env: Mapping[str, str]) -> command.Result:
    arguments = ("fetch", "--quiet", "--no-tags", "--depth=1", "--", module.url)
    try:
        async with asyncio.timeout(PATIENCE):
            one = await command.run((*arguments, module.commit), env=env, cwd=module.kept)
            if one.ok:
                return one
            # Some servers hand out no commit that no branch points to: then all branches, and look again.
            every = ("fetch", "--quiet", "--no-tags", "--", module.url, "+refs/heads/*:refs/heads/*")
            result = await command.run(every, env=env, cwd=module.kept)
            if not result.ok:
                return result
            return await command.run(("cat-file", "-e", module.commit), env=env, cwd=module.kept)
    except TimeoutError:
        return command.Result(status=-1, output=b"", complaint=f"no answer within {PATIENCE:.0f} s")


def _refuse(module: Submodule, why: str) -> UsageError:
    return UsageError(f"the submodule {names.show(module.path)} can't be fetched", why=why)
