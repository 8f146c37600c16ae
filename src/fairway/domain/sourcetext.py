"""Source code without its comments, line numbers kept: what is said in a comment is no evidence of anything."""

import re
from collections.abc import Callable

# Strings are matched so that a `//` in one is kept; each alternative ends at the end of the text at the latest, so that
# an opening without its end costs one pass and not one for each opening.
SCRIPT_TOKEN = re.compile(
    r"""'(?:\\.|[^'\\\n])*'|"(?:\\.|[^"\\\n])*"|`(?:\\.|[^`\\])*(?:`|\Z)|//[^\n]*|/\*[\s\S]*?(?:\*/|\Z)""", re.DOTALL
)
PYTHON_TOKEN = re.compile(
    r"'''[\s\S]*?(?:'''|\Z)|\"\"\"[\s\S]*?(?:\"\"\"|\Z)|'(?:\\.|[^'\\\n])*'|\"(?:\\.|[^\"\\\n])*\"|\#[^\n]*"
)


def strip_script(text: str) -> str:
    """JavaScript or TypeScript without its comments, line numbers kept."""
    return SCRIPT_TOKEN.sub(blank(lambda token: token.startswith(("//", "/*"))), text)


def strip_python(text: str) -> str:
    """Python without its comments and its triple-quoted texts, line numbers kept."""
    return PYTHON_TOKEN.sub(blank(lambda token: token.startswith(("#", "'''", '"""'))), text)


def blank(unwanted: Callable[[str], bool]) -> Callable[[re.Match[str]], str]:
    """A replacement that leaves only the line ends of what is unwanted."""
    return lambda found: "\n" * found[0].count("\n") if unwanted(found[0]) else found[0]
