"""Which official images have a stand-in, and of which version: `node:22-slim` is the newest published Node.js 22,
`python:3.12-slim` the newest 3.12 that this host has, `postgres:15` Debian's."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from fairway.adapters.buildkit.standins import uv

NAMED = {"": "latest", "latest": "latest", "current": "latest", "lts": "24"} | {
    "krypton": "24",
    "jod": "22",
    "iron": "20",
    "hydrogen": "18",
}
"""Names instead of numbers; npm's package of Node.js has no tag for the long-term version."""
SUITES = frozenset({"slim", "bookworm", "bullseye", "buster", "stretch", "trixie", "forky"})
ALPINE = re.compile(r"alpine[\d.]*")
PYTHON = (3, 11)
POSTGRES = "15"
"""What Debian 12 has. A data directory and a dump are of one major version: another one is never passed off."""


WHOLE = (
    "build-essential", "curl", "default-libmysqlclient-dev", "git", "gnupg", "libffi-dev", "libpq-dev",
    "libsqlite3-dev", "libssl-dev", "openssh-client", "openssl", "pkg-config", "procps", "python3", "unzip", "wget",
    "xz-utils", "zlib1g-dev",
)  # fmt: skip
"""What the variants that are neither slim nor Alpine have, and builds rely on: a compiler, git, the usual headers."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StandIn:
    """`template` names the Dockerfile, `packages` the npm packages that it wants as NAME.tgz, `interpreter` the Python
    of this host that it wants, `debian` further packages of Debian's; `alpine` is whether it answers Alpine's commands;
    `uv` the version of uv for pip (`==0.5.4`, "" the newest), None without it.
    `version` and `note` are for the log: what it is, what differs."""

    template: str
    version: str
    packages: Mapping[str, str] = field(default_factory=dict)
    interpreter: Path | None = None
    debian: tuple[str, ...] = ()
    alpine: bool = False
    uv: str | None = None
    note: str = ""


def read(reference: str, *, platform: str, interpreters: Mapping[str, Path] | None = None) -> StandIn | None:
    """The stand-in of an official image, None when there is none: another image, one pinned by digest. `platform` is
    npm's word: x64 or arm64. `interpreters` are this host's Pythons, the directory of each by its whole version."""
    if (tool := uv.read(reference)) is not None:
        return with_uv(tool, platform=platform, interpreters=interpreters)
    match = re.fullmatch(r"(?:docker\.io/)?(?:library/)?(node|python|postgres)(?::([\w.-]+))?", reference)
    if not match:
        return None
    version, _, rest = (match[2] or "").partition("-")
    if version in SUITES or ALPINE.fullmatch(version):
        version, rest = "", match[2]
    parts = [part for part in rest.split("-") if part]
    if not all(part in SUITES or ALPINE.fullmatch(part) for part in parts):
        return None
    alpine = any(ALPINE.fullmatch(part) for part in parts)
    if match[1] == "python":
        found = python(version, interpreters or {})
    else:
        found = node(version, platform) if match[1] == "node" else postgres(version)
    if found is None:
        return None
    debian = ("busybox",) if alpine else () if "slim" in parts or match[1] == "postgres" else WHOLE
    note = "; ".join(text for text in (note_for(parts, alpine=alpine), found.note) if text)
    return replace(found, debian=(*found.debian, *debian), alpine=alpine, note=note)


def with_uv(tool: uv.Wanted, *, platform: str, interpreters: Mapping[str, Path] | None) -> StandIn | None:
    """The stand-in of uv's image: a Python with uv in it, Debian's own where the name asks for none."""
    variant = "-".join(part for part in (tool.python or "3.11", tool.rest or "slim") if part)
    found = read(f"python:{variant}", platform=platform, interpreters=interpreters)
    if found is None:
        return None
    shown = f"uv {tool.version.removeprefix('==')}" if tool.version else "the newest uv"
    return replace(found, uv=tool.version, version=f"{shown} and {found.version}")


def note_for(parts: list[str], *, alpine: bool) -> str:
    """What differs from the variant that was asked for."""
    if alpine:
        return "it is Debian 12, not Alpine: apk, adduser and addgroup are answered by Debian's"
    other = next((part for part in parts if part in SUITES - {"slim", "bookworm"}), "")
    return f"it is Debian 12, not {other}" if other else ""


def node(version: str, platform: str) -> StandIn | None:
    """Node.js from npm's packages, with the npm and corepack of its time."""
    version = NAMED.get(version, version)
    if version != "latest" and not re.fullmatch(r"\d+(\.\d+){0,2}", version):
        return None
    major = 99 if version == "latest" else int(version.partition(".")[0])
    npm = "11" if major >= 24 else "10" if major >= 18 else "8" if major >= 16 else "6"
    corepack = "" if major < 16 or major >= 25 else "0.17" if major < 18 else "0.31" if major < 20 else "0.34"
    packages = {"node": f"node-linux-{platform}@{version}", "npm": f"npm@{npm}", "yarn": "yarn@1"}
    if corepack:
        packages["corepack"] = f"corepack@{corepack}"
    shown = "the newest Node.js" if version == "latest" else f"Node.js {version}"
    # From 25 on Node.js's own builds are linked with it, and Debian's minimal root has none.
    library = ("libatomic1",) if major >= 25 else ()
    return StandIn(template="node", version=shown, packages=packages, debian=library)


def python(version: str, interpreters: Mapping[str, Path]) -> StandIn | None:
    """Debian's own Python where that is the version asked for, otherwise the newest of this host's that is."""
    wanted = [] if version in ("", "latest") else version.split(".")
    if not all(part.isdigit() for part in wanted):
        return None
    have = [str(part) for part in PYTHON]
    if wanted[:2] == have[: len(wanted[:2])]:
        note = "it is Debian's own patch version" if len(wanted) > 2 else ""
        return StandIn(template="python", version="Python 3.11", note=note)
    if len(wanted) < 2:
        return None
    same = [found for found in interpreters if found.split(".")[:2] == wanted[:2]]
    if not same:
        return None
    chosen = version if version in same else max(same, key=lambda found: int(found.rpartition(".")[2]))
    other = "; it is another patch version" if len(wanted) > 2 and chosen != version else ""
    return StandIn(
        template="interpreter",
        version=f"Python {chosen}",
        interpreter=interpreters[chosen],
        note=f"a copy of this host's own{other}",
    )


def postgres(version: str) -> StandIn | None:
    """Debian's own PostgreSQL, for its major version and for names without one."""
    major, _, minor = version.partition(".")
    if major not in ("", "latest", POSTGRES) or not all(part.isdigit() for part in minor.split(".") if minor):
        return None
    newest = f"it is {POSTGRES}, not the newest" if major != POSTGRES else ""
    other = "it is Debian's own minor version" if minor else ""
    return StandIn(template="postgres", version=f"PostgreSQL {POSTGRES}", note=newest or other)
