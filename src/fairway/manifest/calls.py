"""How the address and the headers of an HTTP call are read, as `values` reads what other tables have."""

import re
from typing import Any
from urllib.parse import urlsplit

from fairway.manifest.values import Reader, Unfit

HEADER = re.compile(r"[A-Za-z0-9!#$%&'*+.^_`|~-]+")
SET_BY_ITSELF = ("host", "content-length", "transfer-encoding", "connection", "accept-encoding")
"""Headers that are of the connection, and so are set by what makes it."""


def headers() -> Reader:
    """A table of HTTP headers: names to texts of one line."""

    def read(value: Any) -> dict[str, str]:
        if not isinstance(value, dict):
            raise Unfit('for example: { Authorization = "Bearer #{variables.TOKEN}" }')
        for name, content in value.items():
            if not HEADER.fullmatch(name) or name.lower() in SET_BY_ITSELF:
                raise Unfit(f'"{name}" is no header that can be set')
            if not isinstance(content, str) or not content.isprintable() or not content.isascii():
                raise Unfit(f"the value of {name} is a text of one line, in quotes")
        return dict(value)

    schema = {"type": "object", "additionalProperties": {"type": "string"}}
    return Reader("a table of headers, each a text", read, schema)


def address(url: str) -> bool:
    """Whether a text may be the address of an HTTP call; it may begin with a reference that stands for one."""
    if not url.isprintable() or " " in url:
        return False
    if url.startswith("#{"):
        return True
    try:
        parts = urlsplit(url)
        return (
            parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0 and "@" not in parts.netloc
        )
    except ValueError:
        return False
