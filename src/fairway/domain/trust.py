"""Giving the RUN instructions of somebody else's Dockerfile a private CA, without leaving it in the image.

Where TLS is intercepted by a company's proxy, `RUN npm ci` fails until the certificate is there and the tools are told
of it. Three ways were rejected: copying the file into the image (it stays there), ENV (it stays there too), and
mounting over the image's own bundle (its path differs, and the stub of the mount stays in the layer). A secret mount
on every RUN brings the file, and ARG, which lives only during the build and yields to the user's own ENV, tells the
tools.

ONBUILD instructions are left alone: they belong to images built later, where nobody gives the secret.
"""

import re
from dataclasses import dataclass

from fairway.domain import dockerfile

SECRET = "ca"  # noqa: S105 (a name, not a secret)
PATH = "/run/secrets/fairway-ca.crt"
MOUNT = f"--mount=type=secret,id={SECRET},target={PATH},mode=0444"
VARIABLES = (
    "NODE_EXTRA_CA_CERTS",
    "SSL_CERT_FILE",
    "REQUESTS_CA_BUNDLE",
    "PIP_CERT",
    "CURL_CA_BUNDLE",
    "GIT_SSL_CAINFO",
    "CARGO_HTTP_CAINFO",
)
"""Read by node and npm, OpenSSL and uv, Python's requests, pip, curl, git, cargo."""

RUN = re.compile(r"(\s*RUN)(?=\s)", re.IGNORECASE)
OWN_MOUNT = re.compile(rf"--mount=\S*\bid={SECRET}\b")


@dataclass(frozen=True, slots=True, kw_only=True)
class Derived:
    """A Dockerfile made from another. `added` holds the numbers (from 1) of its lines that the other lacks."""

    text: str
    added: tuple[int, ...] = ()

    def original(self, line: int) -> int:
        """The number that a line of this text has in the one it was made from."""
        return line - sum(1 for number in self.added if number <= line)


def derive(text: str) -> Derived:
    """The Dockerfile with the CA's mount on every RUN, and its variables in every stage.

    One that mounts the secret by itself is returned as it is: its author has arranged for it.
    """
    instructions = dockerfile.parse(text)
    if any(OWN_MOUNT.search(instruction.value) for instruction in instructions):
        return Derived(text=text)
    lines = text.removeprefix("\ufeff").splitlines()
    starts = {item.start for item in instructions if item.keyword == "RUN"}
    ends = {item.end for item in instructions if item.keyword == "FROM"}
    result: list[str] = []
    added: list[int] = []
    for number, line in enumerate(lines):
        result.append(RUN.sub(rf"\1 {MOUNT}", line, count=1) if number in starts else line)
        if number + 1 in ends:
            for variable in VARIABLES:
                result.append(f"ARG {variable}={PATH}")
                added.append(len(result))
    return Derived(text="\n".join(result) + "\n", added=tuple(added))


def without_syntax(text: str) -> str:
    """The Dockerfile without its `# syntax=` line (a plain comment stays in its place, so that lines keep their
    numbers), for BuildKit's built-in frontend."""
    lines = text.removeprefix("\ufeff").splitlines()
    for number in range(len(dockerfile.directives(text))):
        match = dockerfile.DIRECTIVE.match(lines[number].strip())
        if match and match[1].lower() == "syntax":
            # Directives end at the first line that is none, so the ones after it move up and the comment follows.
            del lines[number]
            lines.insert(len(dockerfile.directives(text)) - 1, "#")
            break
    return "\n".join(lines) + "\n"


def undo(line: str) -> str:
    """A line of a build's log as it would read without the mount."""
    return line.replace(f"{MOUNT} ", "")
