"""The port that an app listens on, from its source: the variable, the default, and where it says so.

The patterns are those that real backends use: `process.env.PORT || 3000` with any cast around it, a validation schema
(envalid, zod, Joi, convict), a configuration service, `listen(3000)`. A number in a comment or a test is not seen.
"""

import re
from dataclasses import dataclass

from fairway.build.detect import numbers, parsed
from fairway.build.detect.clue import Clue
from fairway.build.detect.parsed import table
from fairway.build.detect.shell import Command
from fairway.build.detect.source import Source
from fairway.build.detect.tree import Tree
from fairway.domain.detection import Port

NAME = r"(?P<name>(?:[A-Z][A-Z0-9]*_)*PORT)"
NUMBER = r"""['"`]?(?P<number>\d{2,5})\b"""
ELSEWHERE = re.compile(
    r"(^|_)(DB|DATABASE|PG|PGSQL|POSTGRES|POSTGRESQL|MYSQL|MARIADB|MSSQL|SQL|MONGO|MONGODB|REDIS|CACHE|SMTP|MAIL|EMAIL|"
    r"MAILER|IMAP|RABBIT|RABBITMQ|AMQP|MQTT|KAFKA|NATS|ELASTIC|ELASTICSEARCH|ES|HTTPS|SSL|TLS|METRICS|PROMETHEUS|DEBUG|"
    r"GRPC|PROXY|LDAP|MEMCACHED|SSH|SFTP|FTP|WS|WSS|SOCKET|CLIENT|FRONTEND|FRONT|UI|VITE|REACT|STATSD|TYPEORM|CASSANDRA|"
    r"NEO4J|CLICKHOUSE|MINIO|S3|CONSUL|VAULT|JAEGER|AGENT|REPL|INSPECT|TEST|TESTS|REMOTE|DEV|SENTRY|GRAYLOG|LOG|"
    r"LOGSTASH|INFLUX|INFLUXDB|COUCHDB|MEILI|MEILISEARCH|TYPESENSE|SOLR)(_|$)"
)
VARIABLE = rf"""(?:process\.env|Bun\.env|import\.meta\.env|\benv)(?:\.|\[\s*['"]){NAME}(?:['"]\s*\])?"""
WITHIN = r"[^{}]{0,600}?"
"""The other names of a destructuring: a bound, for a file of names without an end would be read once for each."""
WITH_DEFAULT = (
    re.compile(rf"{VARIABLE}[^\n;{{}}]{{0,24}}?(?:\|\||\?\?)\s*(?:Number\(|parseInt\()?{NUMBER}"),
    re.compile(rf"{VARIABLE}\s*(?:as \w+\s*)?\?[^\n;?]{{0,80}}:\s*{NUMBER}"),
    re.compile(rf"{VARIABLE}\s*+\?\s*+[^\n;?:,]{{0,80}}(?:,\s*10\s*\))?\s*+:\s*{NUMBER}"),
    re.compile(rf"\{{{WITHIN}\b{NAME}(?:\s*:\s*\w+)?\s*=\s*{NUMBER}{WITHIN}\}}\s*=\s*process\.env"),
    re.compile(rf"""\b{NAME}['"]?\s*:\s*[^\n]{{0,100}}?default['"]?(?:\(|:)\s*{NUMBER}"""),
    re.compile(rf"""\b{NAME}['"]?\s*:\s*(?:[\w.$]+\(\s*)?\{{[^{{}}]{{0,200}}?\bdefault['"]?\s*:\s*{NUMBER}"""),
    re.compile(rf"""\b{NAME}['"]?\s*:\s*\w+\.optional\([^\n]{{0,160}}?,\s*{NUMBER}['"]?\s*\)"""),
    re.compile(
        rf"""\b{NAME}['"]?\s*:\s*[\w$]+(?:\s*\.\s*[\w$]+){{0,4}}\((?:[^()]|\([^()]*\)){{0,120}}?\)(?:\s*\.\w+\([^()]*\)){{0,6}}?\s*\.default\(\s*{NUMBER}"""
    ),
    re.compile(
        rf"""\b(?:get|getOrThrow|env|int|number|asPortNumber|getEnv)(?:<[\w\s|]+>)?\(\s*['"`]{NAME}['"`]\s*,\s*{NUMBER}"""
    ),
    re.compile(
        rf"""\bget(?:<[\w\s|]+>)?\(\s*['"`]{NAME}['"`]\s*\)[^\n;]{{0,60}}?(?:\|\||\?\?|\.default\()\s*{NUMBER}"""
    ),
    # What a file took out of process.env, with the default where it is used: `PORT || 3000`.
    re.compile(rf"(?<![\w.$'\"`])(?P<name>PORT)\s*(?:\|\||\?\?)\s*{NUMBER}"),
    re.compile(rf"""default['"]?\s*:\s*{NUMBER}\s*,\s*env\s*:\s*['"]{NAME}['"]"""),
    re.compile(rf"""env\s*:\s*['"]{NAME}['"]\s*,\s*default\s*:\s*{NUMBER}"""),
)
CALL = re.compile(
    rf"""(?:{VARIABLE}|\bget(?:<[\w\s|]+>)?\(\s*['"`](?P<got>(?:[A-Z][A-Z0-9]*_)*PORT)['"`])""".replace(
        "(?P<name>", "(?P<name>"
    )
)
TAKEN = re.compile(rf"\{{{WITHIN}(?<![\w.$]){NAME}\b(?!\s*:\s*process){WITHIN}\}}\s*=\s*process\.env\b(?!\.)")
LITERAL = Clue(rf"\.listen\(\s*(?:\{{[^{{}}]*?\bport\s*:\s*)?{NUMBER}", ".listen(")
SERVER = Clue(rf"(?<=[\w$])\.[sS]erver\(\s*\{{[^{{}}]*?\bport\s*:\s*{NUMBER}", ".server(", ".Server(")
SERVE = Clue(rf"\bserve\(\s*\{{[^{{}}]*?\bport\s*:\s*{NUMBER}", "serve(")
LISTENS = "listen("
NAMED = re.compile(
    r"""\b(?:const|let|var)\s+(?P<word>(?=\w*?port)\w++)\s*+(?::\s*+[\w |]++)?=\s*['"]?(?P<number>\d{2,5})\b""",
    re.IGNORECASE,
)
FIRST = "PORT"
FASTIFY = 3000


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """A variable for the port, with the number beside it when there is one."""

    variable: str | None
    number: int | None
    where: str


def find(sources: tuple[Source, ...], tree: Tree, usual: int) -> Port | None:
    """The app's port, or None when its source names none.

    `usual` is the number to assume for a variable that has no default anywhere.
    """
    seen = [*with_defaults(sources), *bare(sources)]
    chosen = min(seen, key=rank, default=None)
    if chosen is None:
        return literal(sources) or from_config(tree)
    if chosen.number is not None:
        return Port(number=chosen.number, variable=chosen.variable, where=chosen.where)
    if chosen.variable and (example := from_example(tree, chosen.variable)):
        return Port(number=example[0], variable=chosen.variable, where=f"{chosen.where}, {example[1]}")
    return Port(number=usual, variable=chosen.variable, where=chosen.where, assumed=True)


def of_command(command: Command, where: str) -> Port | None:
    """The port that a start command sets itself (`PORT=4000 node a.js`, `next start -p 4000`): it wins over the
    variable that the task gets. Not read where node is the program: `-p` means something else to it. A program that
    reads PORT itself says so."""
    if number := numbers.port(command.variables.get(FIRST)):
        return Port(number=number, variable=None, where=where)
    if not command.plain or command.program == "node":
        return None
    for option, value in zip(command.words, (*command.words[1:], ""), strict=True):
        name, _, inline = option.partition("=")
        if name in ("-p", "--port") and (number := numbers.port(inline or value)):
            return Port(number=number, variable=None, where=where)
    # fastify-cli reads PORT by itself, whatever a server.js beside it listens on.
    if command.program == "fastify":
        return Port(number=FASTIFY, variable=FIRST, where=where, assumed=True)
    return None


def rank(seen: Seen) -> tuple[bool, bool, bool]:
    """PORT first; then one with a default. Sources come the shallowest first, and the first of equals wins."""
    return (seen.variable != FIRST, seen.number is None, False)


def with_defaults(sources: tuple[Source, ...]) -> list[Seen]:
    """Every variable with its default beside it."""
    found: list[Seen] = []
    for source in sources:
        found.extend(
            Seen(variable=match["name"], number=number, where=source.where(match.start("name")))
            for pattern in (WITH_DEFAULT if "PORT" in source.text else ())
            for match in pattern.finditer(source.text)
            if ours(match["name"]) and (number := numbers.port(match["number"]))
        )
    return found


def bare(sources: tuple[Source, ...]) -> list[Seen]:
    """Every variable that is read without a default."""
    found: list[Seen] = []
    for source in sources:
        if "PORT" not in source.text:
            continue
        for match in CALL.finditer(source.text):
            name = match["name"] or match["got"]
            if ours(name):
                found.append(Seen(variable=name, number=None, where=source.where(match.start())))
        found += [
            Seen(variable=match["name"], number=None, where=source.where(match.start("name")))
            for match in TAKEN.finditer(source.text)
            if ours(match["name"])
        ]
    return found


def ours(name: str) -> bool:
    """Whether the variable is the app's own port and not that of something it talks to."""
    return not ELSEWHERE.search(name)


def literal(sources: tuple[Source, ...]) -> Port | None:
    """A number that stands in the code itself: no variable moves it."""
    for source in sources:
        for pattern in (LITERAL, SERVE, SERVER):
            if (match := pattern.search(source.text)) and (number := numbers.port(match["number"])):
                return Port(number=number, variable=None, where=source.where(match.start("number")))
        for match in NAMED.finditer(source.text) if LISTENS in source.text else ():
            number = numbers.port(match["number"])
            if number and re.search(rf"\b{re.escape(LISTENS)}[^)]*\b{match['word']}\b", source.text):
                return Port(number=number, variable=None, where=source.where(match.start()))
    return None


def from_example(tree: Tree, variable: str) -> tuple[int, str] | None:
    """The number that an example of the environment gives the variable, and where."""
    for path in (".env.example", ".env.sample", ".env.template", ".env.dist", "env.example", ".env"):
        text = (tree.read(path) or b"").decode("utf-8", "replace")
        found = re.search(rf"""^[ \t]*(?:export\s+)?{variable}\s*=\s*['"]?(\d{{2,5}})\b""", text, re.MULTILINE)
        if found and (number := numbers.port(found[1])):
            return number, f"{path}:{text.count(chr(10), 0, found.start(1)) + 1}"
    return None


def from_config(tree: Tree) -> Port | None:
    """The number in node-config's files."""
    for path in ("config/production.json", "config/default.json"):
        raw = table(parsed.of_json(tree.read(path)))
        for place in (raw, *(table(raw.get(key)) for key in ("server", "app", "http"))):
            number = place.get("port")
            if isinstance(number, int) and not isinstance(number, bool) and 1 <= number <= numbers.LAST_PORT:
                return Port(number=number, variable=None, where=path)
    return None
