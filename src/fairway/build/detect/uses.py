"""What one source says about its routers: which names are applications, which prefix a router has by itself, and who
is mounted on whom by which call.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from fairway.build.detect import calls
from fairway.build.detect.calls import Call
from fairway.build.detect.clue import Clue
from fairway.build.detect.constants import NAME, Constants
from fairway.build.detect.source import Source

# A name is taken whole, and from its beginning: one of a hundred thousand letters and dollars would otherwise be read
# from each of them on. What has taken white space gives none back.
WHOLE = r"(?<![\w$])\$*+(?P<{}>\w[\w$]*+)"
USE = re.compile(rf"(?:{WHOLE.format('who')}|\))\s*+\.\s*+(?:use|route|register)\s*+(?:<[^()<>]*>)?\(")
# Begins with the dot, which a file is looked through for at once; USE would be tried at every word.
HAS_USE = re.compile(r"\.\s*+(?:use|route|register)\s*+(?:<[^()<>]*>)?\(")
APPS = Clue(
    WHOLE.format("name")
    + r"""\s*+(?::\s*+[\w.<>]++\s*+)?=\s*+(?:await\s++)?(?:require\(['"](?:express|fastify|restify|polka)['"]\)|"""
    r"""express|fastify|Fastify|polka|restify\.createServer|[Hh]api\.server|"""
    r"""new\s+(?:[Hh]api\.Server|Hono|Koa|Elysia|OpenAPIHono))\b\s*+(?:<[^()]{0,200}>)?\(""",
    *("express", "fastify", "Fastify", "restify", "polka", "api.server", "api.Server", "Hono", "Koa", "Elysia"),
)
ROUTER = re.compile(
    WHOLE.format("name")
    + r"\s*+(?::\s*+[^=;()\n]{0,80})?=\s*+(?:new\s++)?[\w.$]{0,200}(?:Router|Elysia)\w{0,80}\s*+(?:<[^()]{0,80}>)?\("
)
BASED = re.compile(WHOLE.format("name") + r"(?:\.prefix|\s*+=\s*+[^;=]{0,120}?\.basePath)\(")
PREFIX = re.compile(r"\bprefix\s*:\s*(?P<value>[^,{}]+)|(?<![\w.$])(?P<short>prefix)\s*[,}]")
NAMES_A_PATH = re.compile(r"(?i:(?:prefix|path|base|url|uri|version|root|endpoint|v\d+)$)|^[A-Z][A-Z0-9_]+$")
NESTED = re.compile(r"\.(?:use|route|register)\s*\(")
PARAMETERS = re.compile(
    r"(?:async\s++)?(?:function\s*+\w*+\s*+\(|\((?=[^()]*\)[^,]*?=>)|(?=[\w$]++\s*+=>))([^()=]*)",
)
WORD = re.compile(r"(?<![\w$./'\"])[\w$]+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Use:
    """A call that mounts: on whom, under which prefix (None: it can't be told), the words of what is mounted, the
    parameters of functions written down there, and where it stands."""

    who: str
    prefix: str | None
    words: frozenset[str]
    parameters: frozenset[str]
    call: Call


class Uses:
    """The routers of one source."""

    def __init__(self, source: Source, constants: Constants) -> None:
        self.source = source
        self._constants = constants
        self.apps = frozenset(match["name"] for match in APPS.finditer(source.text))
        self.all = tuple(self._read())
        self._own = dict(self._prefixes())
        self._by_word: dict[str, list[Use]] = {}
        self._by_parameter: dict[str, list[Use]] = {}
        for use in self.all:
            for words, index in ((use.words, self._by_word), (use.parameters, self._by_parameter)):
                for word in words:
                    index.setdefault(word, []).append(use)

    def own(self, who: str) -> str | None:
        """The prefix that a router has by itself, None when it can't be told: `new Router({ prefix })`,
        `.prefix("/api")`, `.basePath("/api")`."""
        return self._own.get(who, "")

    def around(self, who: str, position: int) -> tuple[Use, ...]:
        """The innermost call around the position whose function is handed a receiver of that name."""
        found = [use for use in self._by_parameter.get(who, ()) if use.call.start < position < use.call.end]
        return tuple(found[-1:])

    def mounting(self, who: str, position: int) -> tuple[Use, ...]:
        """The calls that mount the receiver, apart from one that the position lies in."""
        found = self._by_word.get(who, ())
        return tuple(use for use in found if not use.call.start <= position < use.call.end and use.who != who)

    def _read(self) -> Iterator[Use]:
        """The calls that mount something."""
        known: dict[int, str] = {}
        for match, call in calls.find(USE, self.source.text) if HAS_USE.search(self.source.text) else ():
            if not call.arguments:
                continue
            mounted = [text for text in call.arguments if not (calls.is_function(text) and NESTED.search(text))]
            heads = [found[1] for text in call.arguments if (found := PARAMETERS.match(text))]
            yield Use(
                who=match["who"] or calls.head(self.source.text, match.start() + 1, known),
                prefix=self._prefix(call),
                words=frozenset(word for text in mounted for word in WORD.findall(text)),
                parameters=frozenset(word for text in heads for word in re.findall(r"[\w$]+", text)),
                call=call,
            )

    def _prefix(self, call: Call) -> str | None:
        """The prefix of a call that mounts: its first argument where that is a path, and Fastify's `{ prefix }`."""
        first, last = call.arguments[0], call.arguments[-1]
        given = self._option(last) if last.startswith("{") else ""
        head: str | None = ""
        if len(call.arguments) > 1 and first[0] in "'\"`[":
            head = self._constants.text(first, self.source)
        elif len(call.arguments) > 1 and NAME.fullmatch(first):
            head = self._constants.text(first, self.source)
            if head is None and not NAMES_A_PATH.search(first.rpartition(".")[2]):
                head = ""
        return None if head is None or given is None else join(head, given)

    def _option(self, text: str) -> str | None:
        """The prefix that an object of options gives; empty when it gives none."""
        found = PREFIX.search(text)
        return self._constants.text(found["value"] or found["short"], self.source) if found else ""

    def _prefixes(self) -> Iterator[tuple[str, str | None]]:
        """The routers that have a prefix by themselves."""
        found: dict[str, str | None] = {}
        text = self.source.text
        for pattern, word in ((ROUTER, "prefix"), (BASED, "prefix(" if ".prefix(" in text else "basePath")):
            for match, call in calls.find(pattern, text) if word in text else ():
                first = call.arguments[0] if call.arguments else ""
                given = self._option(first) if pattern is ROUTER else self._constants.text(first, self.source)
                before = found.get(match["name"], "")
                found[match["name"]] = None if given is None or before is None else join(before, given)
        yield from found.items()


def join(prefix: str, path: str) -> str:
    """Two parts of a path as one that begins with a slash and ends with none; empty for two empty ones."""
    parts = [part for part in f"{prefix}/{path}".split("/") if part]
    return "/" + "/".join(parts) if parts else ""
