"""A command's text becomes the list that a container is started with.

Without a shell where that means the same: the process is then the container's first one and gets SIGTERM itself. A text
that needs a shell gets one, which puts itself out of the way by `exec` where that is safe. Worked examples:

    node server.js                        node · server.js
    node -e "console.log('a b')"          node · -e · console.log('a b')
    node server.js --port $PORT           /bin/sh · -c · exec node server.js --port $PORT
    NODE_ENV=production node server.js    /bin/sh · -c · NODE_ENV=production exec node server.js
    npm run migrate && node server.js     /bin/sh · -c · npm run migrate && exec node server.js
    node a.js & node b.js                 /bin/sh · -c · node a.js & node b.js        (the shell has to wait for both)
"""

import re
import shlex

ENVIRONMENT = "{environment}"
ASSIGNMENT = re.compile(r"[A-Za-z_][A-Za-z0-9_]*=")
NEEDS_SHELL = re.compile(r"[|&;<>()$`*?\[\]{}\n\r]|(?:^|[\s=:])~|(?:^|\s)#")
# fmt: off
KEYWORDS = frozenset((
    "if", "then", "else", "elif", "fi", "for", "while", "until", "do", "done", "case", "esac", "in", "function",
    "time", "{", "}", "!", "[[", "select",
))
BUILTINS = frozenset((
    ".", ":", "[", "alias", "bg", "break", "cd", "command", "continue", "eval", "exec", "exit", "export", "fg",
    "getopts", "hash", "jobs", "local", "read", "readonly", "return", "set", "shift", "source", "test", "times",
    "trap", "type", "ulimit", "umask", "unalias", "unset", "wait",
))
# fmt: on
STEP = re.compile(r"&&|\|\||;")


def exec_list(command: str | tuple[str, ...], environment: str) -> tuple[str, ...]:
    """The list for one environment, `{environment}` replaced by its name."""
    if isinstance(command, tuple):
        return tuple(word.replace(ENVIRONMENT, environment) for word in command)
    text = command.replace(ENVIRONMENT, environment).strip()
    return _plain_words(text) or ("/bin/sh", "-c", _step_aside(text))


def _plain_words(text: str) -> tuple[str, ...]:
    """The words of a text that no shell would treat otherwise; empty when it needs a shell."""
    bare = _blank_quoted(text)
    if bare is None or NEEDS_SHELL.search(bare):
        return ()
    words = tuple(shlex.split(text, posix=True))
    first = words[0] if words else ""
    if not first or ASSIGNMENT.match(first) or first in KEYWORDS or first in BUILTINS:
        return ()
    return words


def _step_aside(text: str) -> str:
    """The text with `exec` before its last step, when that is a simple program and the shell has no work after it."""
    bare = _blank_quoted(text)
    if bare is None or re.search(r"[()`{}\n\r#]", bare):
        return text
    steps = [*STEP.finditer(bare)]
    rest = STEP.sub("  ", bare)
    if "|" in rest or re.search(r"(?<![<>])&(?!\d|>)", rest):
        return text
    start = steps[-1].end() if steps else 0
    starts = [0, *(step.end() for step in steps)]
    if any(_first_word(bare[at:]) in KEYWORDS for at in starts) or _first_word(bare[start:]) in BUILTINS | {""}:
        return text
    program = start + _skip_assignments(bare[start:])
    if not bare[program:].strip() or bare[program:].lstrip()[0] in "<>$~*?[" or ASSIGNMENT.match(bare[program:]):
        return text
    return f"{text[:program]}exec {text[program:]}"


def _first_word(bare: str) -> str:
    words = bare[_skip_assignments(bare) :].split(maxsplit=1)
    return words[0] if words else ""


def _skip_assignments(bare: str) -> int:
    """How many characters the leading blanks and `NAME=value` words take."""
    found = re.match(r"\s*(?:[A-Za-z_][A-Za-z0-9_]*=\S*\s+)*", bare)
    return found.end() if found else 0


def _blank_quoted(text: str) -> str | None:
    """The text with what quotes and backslashes hide replaced by `_`, at the same length; None when a quote stays open.

    What a shell expands within double quotes stays visible, so that `"$PORT"` still needs a shell.
    """
    out = []
    quote = ""
    escaped = False
    for character in text:
        if escaped:
            out.append("\n" if character == "\n" else "_")
            escaped = False
        elif character == "\\" and quote != "'":
            out.append("_")
            escaped = True
        elif quote:
            out.append(character if quote == '"' and character in "$`" else "_")
            quote = "" if character == quote else quote
        elif character in "\"'":
            out.append("_")
            quote = character
        else:
            out.append(character)
    return None if quote or escaped else "".join(out)
