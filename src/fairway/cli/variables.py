"""Env files: `NAME=VALUE` lines as dotenv reads them, nothing replaced within them."""

import io
import re
from pathlib import Path

from fairway.errors import UsageError

SECRET = re.compile(r"(?i)secret|token|passw|pwd|(?:api|private|access|signing|encryption)_?key|credential")


def read_file(file: Path) -> dict[str, str]:
    """The variables of a file. Raises UsageError when it can't be read."""
    try:
        text = file.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        why = (error.strerror or "").lower() if isinstance(error, OSError) else "it is not UTF-8 text"
        raise UsageError(f"{file} can't be read", why=why) from error
    return parse(text, file.name)


def parse(text: str, name: str) -> dict[str, str]:
    """The variables of a text. Raises UsageError for a line that sets nothing; `name` says where it stands."""
    from dotenv import parser

    values: dict[str, str] = {}
    for binding in parser.parse_stream(io.StringIO(text)):
        if binding.error:
            line = binding.original.line
            raise UsageError(
                f"line {line} of {name} is no NAME=VALUE", hint='a value with blanks or # stands in "quotes"'
            )
        if binding.key is not None and binding.value is not None:
            values[binding.key] = binding.value
    return values


def sounds_secret(name: str) -> bool:
    """Whether a variable of that name mostly holds a secret."""
    return SECRET.search(name) is not None
