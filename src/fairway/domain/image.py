"""An image, and how it is named: by tag until it is pushed, by digest alone afterwards."""

import re
from dataclasses import dataclass

DIGEST = re.compile(r"sha256:[0-9a-f]{64}")


@dataclass(frozen=True, slots=True, kw_only=True)
class LocalImage:
    """An image in the builder's store: its id (a digest of its configuration), its size in bytes, and the processor
    that it is made for in OCI's words ("amd64", "arm64"; "": not known)."""

    id: str
    size: int
    architecture: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Image:
    """A pushed image: `localhost:7879/shop-api` and `sha256:…` of its manifest."""

    repository: str
    digest: str
    size: int = 0

    @property
    def reference(self) -> str:
        """`repository@digest`, the only form that engines are given."""
        return f"{self.repository}@{self.digest}"


def local_name(app: str, commit: str) -> str:
    """The name of a commit's image on this host, until it is pushed: `fairway/shop-api:9c1f2e7a0b1c`."""
    return f"fairway/{app}:{commit[:12]}"
