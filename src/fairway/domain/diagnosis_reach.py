"""What a step of a build printed when the network did not let it through: Node.js, curl, wget, apt, apk, git, Go and
Python in their own words.

Rows of the table that diagnosis_build reads. Those that name a host by its name stand before those that give an address
alone: a person knows `registry.example.com`, not 10.0.0.7:443.
"""

import re

from fairway.domain.diagnosis_output import Lines, Match, Row, found
from fairway.domain.diagnosis_text import Finding

HOST = r"(?P<host>[\w-]+(?:\.[\w-]+)+|localhost)"
ADDRESS = r"(?P<host>\[?[\w.:-]+\]?)"
REFUSAL = r"E(?:CONNREFUSED|CONNRESET|TIMEDOUT|NETUNREACH|HOSTUNREACH)"
OWN = re.compile(r"^(?:localhost|127\.|::1|0\.0\.0\.0)")
NAMED = r"https?://([\w.-]+)"
FIX = "see that this host's network lets the build there; a build should need the package registry alone"


def unreachable(match: Match, lines: Lines) -> Finding:
    """A name that does not resolve, a host that does not answer, a connection that is refused."""
    host = match["host"]
    if OWN.match(host):
        return Finding(
            sentence=f"the build can't reach {host}",
            fix="nothing else runs beside a build, no database and no other service: do at the start what needs one",
        )
    return Finding(sentence=f"the build can't reach {host}", fix=FIX)


def unnamed(match: Match, lines: Lines) -> Finding:
    """An error that gives no host; its name may stand in what was printed around it."""
    return Finding(sentence=f"the build can't reach {found(lines, NAMED) or 'a host that it asks'}", fix=FIX)


ROWS: tuple[Row, ...] = (
    (re.compile(r"getaddrinfo (?:ENOTFOUND|EAI_AGAIN) (?P<host>[\w.-]+)"), unreachable),
    (re.compile(rf"https?://{HOST}\S*(?: failed, reason)?: .*{REFUSAL}"), unreachable),
    (re.compile(rf"connect {REFUSAL} {ADDRESS}"), unreachable),
    (re.compile(rf"Could not resolve host:? '?{HOST}"), unreachable),
    (re.compile(rf"Failed to connect to {HOST} port"), unreachable),
    (re.compile(rf"unable to resolve host address [‘'\"`]?{HOST}"), unreachable),
    (re.compile(rf"wget: bad address '{HOST}"), unreachable),
    (re.compile(rf"wget: can't connect to remote host \(?{ADDRESS}\)?: "), unreachable),
    (re.compile(rf"Temporary failure resolving '{HOST}"), unreachable),
    (re.compile(rf"Could not connect to {HOST}"), unreachable),
    (re.compile(rf"https?://{HOST}\S*: (?:temporary error|DNS lookup error|network error)"), unreachable),
    (re.compile(rf"dial tcp: lookup {HOST}"), unreachable),
    (re.compile(rf"Pool\(host='{HOST}'"), unreachable),
    (re.compile(rf"dial tcp {ADDRESS}: "), unreachable),
)
LATER_ROWS: tuple[Row, ...] = (
    (re.compile(r"Name or service not known|Temporary failure in name resolution"), unnamed),
    (re.compile(r"UND_ERR_CONNECT_TIMEOUT|Connect Timeout Error|Network is unreachable|No route to host"), unnamed),
    (re.compile(rf"\b{REFUSAL}\b|\[Errno 111\]"), unnamed),
)
"""Believed when nothing more particular was said."""
