"""Which operating system this is, and how software is installed on it: pure, from the text of /etc/os-release."""

import shlex
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

DOCKER_MANUAL = "https://docs.docker.com/engine/install/"


class Family(StrEnum):
    DEBIAN = "debian"
    FEDORA = "fedora"
    ALPINE = "alpine"
    MACOS = "macos"
    OTHER = "other"


PACKAGES: Mapping[Family, Mapping[str, tuple[str, ...]]] = {
    Family.DEBIAN: {
        "docker": ("docker.io",),
        "buildkit": ("docker-buildx",),
        "haproxy": ("haproxy",),
        "registry": ("docker-registry",),
        "mmdebstrap": ("mmdebstrap",),
        "git": ("git",),
        "certificates": ("ca-certificates",),
        "apparmor": ("apparmor",),
    },
    Family.FEDORA: {
        "docker": ("moby-engine",),
        "buildkit": ("docker-buildx",),
        "haproxy": ("haproxy",),
        "registry": ("docker-distribution",),
        "mmdebstrap": ("mmdebstrap",),
        "git": ("git",),
    },
    Family.ALPINE: {
        "docker": ("docker",),
        "buildkit": ("docker-cli-buildx",),
        "haproxy": ("haproxy",),
        "registry": ("docker-registry",),
        "git": ("git", "git-daemon"),
    },
}
INSTALL = {
    Family.DEBIAN: "apt-get install -y --no-install-recommends",
    Family.FEDORA: "dnf install -y",
    Family.ALPINE: "apk add",
}
BY_HAND = {
    "docker": f"install the Docker Engine: {DOCKER_MANUAL}",
    "buildkit": f"install Docker's buildx component: {DOCKER_MANUAL}",
    "haproxy": "install HAProxy 2.6 or newer with your package manager",
    "registry": "install CNCF Distribution (the program docker-registry or registry) and put it on PATH",
    "mmdebstrap": "install mmdebstrap, or make Docker Hub reachable",
    "git": "install git with your package manager",
}
ON_MACOS = "Fairway's server runs on Linux. On macOS use this command against a server in a Linux machine"


@dataclass(frozen=True, slots=True, kw_only=True)
class System:
    """The operating system: its family, its name as people know it, and whether we are root on it."""

    family: Family
    name: str
    root: bool

    @property
    def mendable(self) -> bool:
        """Whether `--fix` may install software here."""
        return self.root and self.family is Family.DEBIAN

    def install(self, *things: str) -> str:
        """The command or sentence that installs the things ("docker", "haproxy", …) here."""
        if self.family is Family.MACOS:
            return ON_MACOS
        known = PACKAGES.get(self.family, {})
        packages = [package for thing in things for package in known.get(thing, ())]
        if not packages:
            return "; ".join(BY_HAND[thing] for thing in things if thing in BY_HAND)
        return self.as_root(f"{INSTALL[self.family]} {shlex.join(packages)}")

    def as_root(self, command: str) -> str:
        """The command as this user must type it."""
        return command if self.root else f"sudo {command}"


def read(os_release: str, *, kernel: str, root: bool) -> System:
    """The system from /etc/os-release's text ("" where there is none) and the kernel's name ("Linux", "Darwin")."""
    if kernel == "Darwin":
        return System(family=Family.MACOS, name="macOS", root=root)
    pairs = (line.partition("=") for line in os_release.splitlines() if "=" in line)
    values = {name.strip(): value.strip().strip("\"'") for name, _, value in pairs}
    return System(
        family=find_family([values.get("ID", ""), *values.get("ID_LIKE", "").split()]),
        name=values.get("PRETTY_NAME") or values.get("ID") or kernel,
        root=root,
    )


def find_family(names: Sequence[str]) -> Family:
    """The first family that one of the names belongs to."""
    known = {
        "debian": Family.DEBIAN,
        "ubuntu": Family.DEBIAN,
        "fedora": Family.FEDORA,
        "rhel": Family.FEDORA,
        "centos": Family.FEDORA,
        "alpine": Family.ALPINE,
    }
    return next((known[name] for name in names if name in known), Family.OTHER)
