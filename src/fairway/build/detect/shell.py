"""The little of the shell's grammar that package.json scripts use: simple commands joined by operators.

A command is `plain` when the shell would pass its words on unchanged: no variable, no glob, no redirection, no
substitution. Only a plain one may become an exec-form list. A construct (`if … fi`, `for … done`) is one command, never
plain: a piece of it means nothing alone.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

OPERATORS = ("&&", "||", ";", "|", "&", "\n")
SPECIAL = frozenset("$`<>()*?[]{}~!#")
ASSIGNMENT = re.compile(r"([A-Za-z_][A-Za-z0-9_]*)=(.*)", re.DOTALL)
INSTALLED = re.compile(
    r"(?:^|/)node_modules/(?:\.bin/|(?P<package>[\w.-]+)/(?:dist/)?(?:bin|lib)/)(?P<name>[\w-]+)(?:\.[cm]?js)?$"
)
SAFE = re.compile(r"[A-Za-z0-9_@%+=:,./-]+")
OPENING = frozenset({"if", "for", "while", "until", "case", "{"})
CLOSING = frozenset({"fi", "done", "esac", "}"})
BETWEEN = frozenset({"then", "elif", "else", "do", "!"})
WORD = re.compile(r"\s*([^\s;&|()<>]+)")


@dataclass(frozen=True, slots=True, kw_only=True)
class Command:
    """One simple command. `variables` are the assignments before it, `operator` is what follows (empty at the end),
    `scripts` the package.json scripts that it was reached through, the outermost first."""

    words: tuple[str, ...]
    variables: Mapping[str, str] = field(default_factory=dict)
    text: str = ""
    operator: str = ""
    plain: bool = True
    scripts: tuple[str, ...] = ()

    @property
    def program(self) -> str:
        """The first word, as the program's name when it is a path into node_modules."""
        return named(self.words[0]) if self.words else ""

    def render(self) -> str:
        """The command as the shell would read it. The text of one that is not plain is kept as it was."""
        if not self.plain:
            return self.text
        assigned = [f"{name}={quote(value)}" for name, value in self.variables.items()]
        return " ".join([*assigned, *(quote(word) for word in self.words)])


def named(word: str) -> str:
    """The program that a path into node_modules leads to (`node_modules/.bin/nodemon`, `…/nodemon/bin/nodemon.js`); any
    other word as it is."""
    found = INSTALLED.search(word)
    if found is None or found["package"] not in (None, found["name"]):
        return word
    return found["name"]


def quote(word: str) -> str:
    """The word, quoted for the shell when it must be."""
    return word if SAFE.fullmatch(word) else "'" + word.replace("'", "'\"'\"'") + "'"


def quote_words(command: Command) -> str:
    """The words of a command as the shell would read them, without its assignments."""
    return " ".join(quote(word) for word in command.words)


def parse(text: str) -> tuple[Command, ...]:
    """The commands of a script, in order. Raises ValueError for an unclosed quote."""
    commands: list[Command] = []
    for part, operator in split(text):
        if part.strip():
            commands.append(read_command(part.strip(), operator))
        elif operator in ("&&", "||", "|"):
            raise ValueError(f"nothing stands before {operator}")
    return tuple(commands)


def construct(command: Command) -> bool:
    """Whether the command is a construct of the shell, and no program."""
    return bool(command.words) and command.words[0] in OPENING


def simple(text: str) -> tuple[Command, ...]:
    """Every simple command of a script, those within its constructs too, their keywords left out. Raises ValueError for
    an unclosed quote."""
    found: list[Command] = []
    for part, operator in split(text, whole=False):
        rest = part.strip()
        while (word := WORD.match(rest)) and word[1] in OPENING | CLOSING | BETWEEN:
            rest = rest[word.end() :].strip()
        found.extend([read_command(rest, operator)] if rest else [])
    return tuple(found)


def split(text: str, *, whole: bool = True) -> list[tuple[str, str]]:
    """The texts between the operators that stand outside quotes and parentheses, each with the operator after it.
    `whole`: those within a construct do not part it."""
    parts: list[tuple[str, str]] = []
    start = position = parentheses = constructs = 0
    begins = whole
    while position < len(text):
        if begins and (word := WORD.match(text, position)):
            # Only where a command begins is `if` a keyword: `echo if` has none.
            constructs += (word[1] in OPENING) - (word[1] in CLOSING and constructs > 0)
            begins = word[1] in OPENING | BETWEEN
            if begins:
                position = word.end()
                continue
        if (end := skip_quoted(text, position)) > position:
            position = end
            continue
        # The parenthesis that closes a pattern of `case` was never opened.
        parentheses = max(0, parentheses + {"(": 1, ")": -1}.get(text[position], 0))
        operator = next((sign for sign in OPERATORS if text.startswith(sign, position)), "")
        begins = whole and bool(operator)
        redirection = operator == "&" and (
            text[position - 1 : position] == ">" or text[position + 1 : position + 2] == ">"
        )
        if operator and not parentheses and not constructs and not redirection:
            parts.append((text[start:position], operator))
            position += len(operator)
            start = position
        else:
            position += len(operator) or 1
    parts.append((text[start:], ""))
    return parts


def skip_quoted(text: str, position: int) -> int:
    """Where a quoted piece or an escape that begins at the position ends; the position itself when none begins."""
    sign = text[position]
    if sign == "\\":
        return position + 2
    if sign not in "'\"":
        return position
    end = position + 1
    while end < len(text) and text[end] != sign:
        end += 2 if text[end] == "\\" and sign == '"' else 1
    if end >= len(text):
        raise ValueError(f"a quote is not closed: {text[position : position + 40]}")
    return end + 1


def read_command(text: str, operator: str) -> Command:
    """One simple command, or a construct."""
    words, plain = read_words(text)
    plain = plain and not (words and words[0] in OPENING)
    variables: dict[str, str] = {}
    while words and (assigned := ASSIGNMENT.fullmatch(words[0])):
        variables[assigned[1]] = assigned[2]
        words = words[1:]
    return Command(words=tuple(words), variables=variables, text=text, operator=operator, plain=plain)


def read_words(text: str) -> tuple[list[str], bool]:
    """The words of a command with their quotes removed, and whether the shell would leave them as they are."""
    words: list[str] = []
    plain = True
    word: str | None = None
    position = 0
    while position < len(text):
        sign = text[position]
        end = skip_quoted(text, position)
        if end > position:
            piece = text[position:end]
            plain = plain and not (sign == '"' and ("$" in piece or "`" in piece))
            word = (word or "") + unquote(piece)
            position = end
            continue
        if sign.isspace():
            if word is not None:
                words.append(word)
            word = None
        else:
            plain = plain and sign not in SPECIAL
            word = (word or "") + sign
        position += 1
    return ([*words, word] if word is not None else words), plain


def unquote(piece: str) -> str:
    """The content of a quoted piece or of an escape."""
    if piece[0] == "'":
        return piece[1:-1]
    if piece[0] == '"':
        return re.sub(r'\\(["\\$`])', r"\1", piece[1:-1])
    return piece[1:]
