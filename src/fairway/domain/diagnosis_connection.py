"""Rows of the log's table about connections: ports that can't be bound, databases that refuse."""

import re
from collections.abc import Mapping
from types import MappingProxyType

from fairway.domain.desired import TaskSpec
from fairway.domain.diagnosis_text import Finding

Match = re.Match[str]
PRODUCTS: Mapping[int, str] = MappingProxyType(
    {
        1433: "SQL Server",
        3306: "MySQL",
        5432: "PostgreSQL",
        5672: "RabbitMQ",
        6379: "Redis",
        9092: "Kafka",
        9200: "Elasticsearch",
        11211: "Memcached",
        27017: "MongoDB",
    }
)
LOOPBACK = re.compile(r"127\.|localhost$|\[?::1\]?:?$")


def port_taken(match: Match, spec: TaskSpec) -> Finding:
    """EADDRINUSE: the container has its network for itself, so the app took the port twice."""
    port = match.groupdict().get("port")
    which = f"port {port}" if port else "its port"
    return Finding(sentence=f"{which} is already in use inside the container: the app itself listens on it twice")


def port_denied(match: Match, spec: TaskSpec) -> Finding:
    """Ports below 1024 need a right that the image's user may not have."""
    return Finding(
        sentence=f"the process may not listen on port {match['port']}: ports below 1024 are the system's",
        fix="listen on the port that PORT names, or on any from 1024",
    )


def refused(match: Match, spec: TaskSpec) -> Finding:
    """Somebody refuses the connection: who, and is it the container itself?"""
    host, port = match["host"].strip("[]"), int(match["port"])
    name = PRODUCTS.get(port)
    where = f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
    whom = f"{name} at {where}" if name else where
    if LOOPBACK.match(host):
        return Finding(
            sentence=f"the app can't reach {whom}: inside a container that address is the container itself",
            fix=f"set the variable that holds this address to a host that the container can reach: "
            f"fairway env set -e {spec.environment} VARIABLE",
        )
    return Finding(sentence=f"the app can't reach {whom}: the connection is refused")


def unknown_host(match: Match, spec: TaskSpec) -> Finding:
    """The name does not resolve inside the environment's network."""
    return Finding(
        sentence=f"the app can't reach the host {match['host']}: there is no such name on its network",
        fix=f"set the variable that holds this name: fairway env set -e {spec.environment} VARIABLE",
    )


def timed_out(match: Match, spec: TaskSpec) -> Finding:
    """Nothing came back at all."""
    name = PRODUCTS.get(int(match["port"]))
    return Finding(
        sentence=f"the app can't reach {name + ' at ' if name else ''}{match['host']}:{match['port']}: no answer"
    )


def password_refused(match: Match, spec: TaskSpec) -> Finding:
    """The database answers, and does not let it in."""
    return Finding(
        sentence=f"the database refuses the password of the user {match['user']}",
        fix=f"set the variable that holds it: fairway env set -e {spec.environment} VARIABLE",
    )


def no_database(match: Match, spec: TaskSpec) -> Finding:
    """The server is there, the database on it is not."""
    return Finding(sentence=f"the database {match['name']} does not exist on its server")


def no_table(match: Match, spec: TaskSpec) -> Finding:
    """Its migrations have not run."""
    return Finding(sentence=f"the database has no table {match['name']}", fix="run the app's migrations first")


def server_refused(match: Match, spec: TaskSpec) -> Finding:
    """A refused connection whose address was not printed."""
    return Finding(sentence="something that the app needs refuses the connection, and the log does not say what")


PORT_ROWS = (
    (re.compile(r"EADDRINUSE.*?:(?P<port>\d+)\b"), port_taken),
    (re.compile(r"EADDRINUSE|\[Errno 98\]|[Aa]ddress already in use"), port_taken),
    (re.compile(r"listen EACCES: permission denied (?:\S*:)?(?P<port>\d+)"), port_denied),
)
DATABASE_ROWS = (
    (re.compile(r"password authentication failed for user [\"“](?P<user>[^\"”]+)"), password_refused),
    (re.compile(r"Access denied for user '(?P<user>[^']*)'"), password_refused),
    (re.compile(r"FATAL: +database \"(?P<name>[^\"]+)\" does not exist"), no_database),
    (re.compile(r"error: database \"(?P<name>[^\"]+)\" does not exist"), no_database),
    (re.compile(r"Unknown database '(?P<name>[^']+)'"), no_database),
    (re.compile(r"relation \"(?P<name>[^\"]+)\" does not exist"), no_table),
    (re.compile(r"The table `(?P<name>[^`]+)` does not exist in the current database"), no_table),
    (re.compile(r"no such table: (?P<name>\S+)"), no_table),
    (re.compile(r"connect ECONNREFUSED (?P<host>\S+):(?P<port>\d+)\b"), refused),
    (
        re.compile(r"connection to server at \"(?P<host>[^\"]+)\".*port (?P<port>\d+) failed: Connection refused"),
        refused,
    ),
    (re.compile(r"Can't reach database server at `?(?P<host>[\w.-]+)`?:`?(?P<port>\d+)"), refused),
    (
        re.compile(
            r"(?:connect to|Connection to|connecting to) "
            r"\(?'?(?P<host>[\w.-]+)'?[:, ]+(?:port )?(?P<port>\d+).*[Rr]efused"
        ),
        refused,
    ),
    (re.compile(r"Error 111 connecting to (?P<host>[\w.-]+):(?P<port>\d+)"), refused),
    (re.compile(r"(?P<host>[\w.-]+):(?P<port>\d+): \[Errno 111\]"), refused),
    (re.compile(r"getaddrinfo (?:ENOTFOUND|EAI_AGAIN) (?P<host>[\w.-]+)"), unknown_host),
    (re.compile(r"could not translate host name \"(?P<host>[^\"]+)\""), unknown_host),
    (re.compile(r"connect ETIMEDOUT (?P<host>[\w.]+):(?P<port>\d+)"), timed_out),
    (re.compile(r"ConnectionRefusedError: \[Errno 111\]"), server_refused),
)
