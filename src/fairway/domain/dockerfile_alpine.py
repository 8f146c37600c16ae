"""What in a Dockerfile only Alpine's own tools can do, so that no stand-in on another system will serve it.

In: a Dockerfile's text. Out: words for an error. `FROM node:22-alpine` by itself asks for nothing of Alpine's: the
image is only small.
"""

import re

from fairway.domain import dockerfile

TOOLS = (
    (re.compile(r"\bapk\s+(?:\S+\s+)*?(?:add|update|upgrade|del)\b"), "apk"),
    (re.compile(r"\badd(?:user|group)\s+(?:\S+\s+)*?-[SDHGgu]"), "BusyBox's adduser and addgroup"),
    (re.compile(r"/sbin/tini\b"), "Alpine's tini"),
    (re.compile(r"\bsu-exec\b"), "su-exec"),
)


def needs(text: str) -> str:
    """`line 2 uses apk`, "" when nothing is needed."""
    for instruction in dockerfile.parse(text):
        for pattern, tool in TOOLS:
            if instruction.keyword in ("RUN", "CMD", "ENTRYPOINT") and pattern.search(instruction.value):
                return f"line {instruction.start + 1} uses {tool}"
    return ""
