"""Numbers as files write them, of any length: `EXPOSE 99999` is no port, and 5,000 digits are no number for Python."""

import re

LAST_PORT = 65535
NUMBER = re.compile(r"\d{1,9}")


def port(digits: str | None) -> int | None:
    """The port that the digits say; None for none, and for what is no port."""
    if not digits or NUMBER.fullmatch(digits) is None:
        return None
    return int(digits) if 1 <= int(digits) <= LAST_PORT else None


def first(text: str) -> int | None:
    """The first number of a version or a range (`^22.1` is 22), by its first nine digits; None where there is none."""
    found = NUMBER.search(text)
    return int(found[0]) if found else None
