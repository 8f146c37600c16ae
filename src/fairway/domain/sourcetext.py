"""Source code without its comments, line numbers kept: what is said in a comment is no evidence of anything."""

import re

# Strings are matched so that a `//` in one is kept; each alternative ends at the end of the text at the latest, so that
# an opening without its end costs one pass and not one for each opening. What is unwanted ends with a group.
SCRIPT_TOKEN = re.compile(
    r"""'[^'\\\n]*+(?:\\.[^'\\\n]*+)*+'|"[^"\\\n]*+(?:\\.[^"\\\n]*+)*+"|`[^`\\]*+(?:\\.[^`\\]*+)*+(?:`|\Z)"""
    r"""|//[^\n]*()|/\*[\s\S]*?(?:\*/|\Z)()""",
    re.DOTALL,
)
PYTHON_TOKEN = re.compile(
    r"'''[\s\S]*?(?:'''|\Z)()|\"\"\"[\s\S]*?(?:\"\"\"|\Z)()|\#[^\n]*()"
    r"|'[^'\\\n]*+(?:\\.[^'\\\n]*+)*+'|\"[^\"\\\n]*+(?:\\.[^\"\\\n]*+)*+\""
)


def strip_script(text: str) -> str:
    """JavaScript or TypeScript without its comments, line numbers kept."""
    return blank(SCRIPT_TOKEN, text)


def strip_python(text: str) -> str:
    """Python without its comments and its triple-quoted texts, line numbers kept."""
    return blank(PYTHON_TOKEN, text)


def blank(tokens: re.Pattern[str], text: str) -> str:
    """The text with only the line ends left of the tokens that have a group."""
    parts: list[str] = []
    end = 0
    for token in tokens.finditer(text):
        if token.lastindex is not None:
            parts += (text[end : token.start()], "\n" * token[0].count("\n"))
            end = token.end()
    return "".join((*parts, text[end:]))
