"""The picture of a command's output that the README shows: `fairway demo 2>&1 | python docs/record.py "make demo"`.

Writes docs/demo.svg. Nothing in it is typed by hand: it is what the command printed, with its marks coloured, and with
FAIRWAY_HOME as most have it.
"""

import os
import re
import sys
from pathlib import Path

from rich.console import Console
from rich.text import Text

WIDTH = 120
OUT = Path(__file__).parent / "demo.svg"
FONT_FROM_ELSEWHERE = re.compile(r"@font-face \{.*?\}\s*", re.DOTALL)
"""rich names a font on somebody's server; a picture in a repository asks nobody for anything."""


def main() -> None:
    """Read standard input, write the picture."""
    console = Console(record=True, width=WIDTH, file=sys.stderr, force_terminal=True)
    console.print(Text(f"$ {sys.argv[1]}", style="bold"))
    home = os.environ.get("FAIRWAY_HOME", "~/.fairway")
    for line in sys.stdin.read().replace(home, "~/.fairway").rstrip().splitlines():
        text = Text(line)
        text.highlight_regex(r"✓", "green")
        text.highlight_regex(r"✗", "red")
        text.highlight_regex(r"0 failed", "green")
        text.highlight_regex(r"^Everything held\.", "bold green")
        console.print(text)
    OUT.write_text(FONT_FROM_ELSEWHERE.sub("", console.export_svg(title=sys.argv[1])), encoding="utf-8")


if __name__ == "__main__":
    main()
