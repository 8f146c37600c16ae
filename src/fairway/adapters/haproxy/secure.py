"""TLS as HAProxy's configuration, and what to tell a running HAProxy of its certificates: pure text.

Versions and ciphers are those of Mozilla's intermediate profile, which every browser since 2014 speaks, without the
exchange of keys by plain Diffie-Hellman: none of those browsers needs it. Sessions are resumed from HAProxy's memory
and not by tickets, whose key would open what was recorded before.

Each certificate is named with its host name in the list that HAProxy reads, so that no other name in it counts; who
asks for a name that has none is told so (`unrecognized_name`) and shown nothing (`strict-sni`). HAProxy starts with an
empty list too, with a warning. It reads the list and the keys as whoever started it, before its workers become another
user.

A certificate's file is named by what is in it, so it never changes: another certificate is another file. So the names
alone say what a worker has, whatever died between a file, the table and the worker; a new one is there before the
former one goes, and no connection is closed for either.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from fairway.adapters.haproxy.table import Table

LIST = "certificates.list"
ANSWERS = "answers.map"
REDIRECTS = "redirects.map"
CIPHERS = ":".join(
    f"ECDHE-{proof}-{cipher}"
    for cipher in ("AES128-GCM-SHA256", "AES256-GCM-SHA384", "CHACHA20-POLY1305")
    for proof in ("ECDSA", "RSA")
)
SUITES = "TLS_AES_128_GCM_SHA256:TLS_AES_256_GCM_SHA384:TLS_CHACHA20_POLY1305_SHA256"
CURVES = "X25519:prime256v1:secp384r1"
BIND = (
    '    bind "${{{listener}-{bind}}}" ssl crt-list {list} strict-sni alpn h2,http/1.1 ssl-min-ver TLSv1.2'
    " no-tls-tickets prefer-client-ciphers curves {curves} ciphers {ciphers} ciphersuites {suites}\n"
)
CHALLENGES = (
    "    acl challenge path_reg ^/[.]well-known/acme-challenge/[A-Za-z0-9_-]{1,200}$\n"
    "    http-request return status 200 content-type text/plain"
    f' lf-string "%[path,field(4,/)].%[str(thumbprint),map_str({ANSWERS})]"'
    " if { path_beg /.well-known/acme-challenge/ } challenge !{ ssl_fc }"
    f" {{ str(thumbprint),map_str({ANSWERS}) -m found }}\n"
)
"""Challenges (RFC 8555, section 8.3) need no memory of an order: an answer is the token, and the account's thumbprint.
The regular expression is tried only on paths that begin like one."""
REDIRECT = (
    "    http-request redirect code {code} location https://%[{host},map_str({map})]%[pathq]"
    " if {methods} !{{ ssl_fc }} {{ {host},map_str({map}) -m found }} !challenge {{ path_beg / }}"
    " !{{ req.hdr(X-Forwarded-Proto) -i https }}\n"
)
"""A browser makes a GET of any other method that is answered 301, and the same method again after a 308. Who came to a
trusted proxy by TLS is not sent to it again; the headers of others are replaced above."""
PROTOCOL = "%[ssl_fc,iif(https,http)]"
"""What a request came by, where both may be."""


def bind(listener: str, address: str) -> str:
    """The line that takes connections by TLS, on the inherited socket that the variable names or on the address."""
    return BIND.format(listener=listener, bind=address, list=LIST, curves=CURVES, ciphers=CIPHERS, suites=SUITES)


def redirects(table: Table, port: int) -> dict[str, str]:
    """The map of host names whose plain requests are sent on, with the name and port of where to: those that have a
    certificate and a route that wants it."""
    secured = {each.host for each in table.presented}
    suffix = "" if port == 443 else f":{port}"
    routes = (entry.route for entry in table.routes if entry.route.redirect)
    return {host: f"{host}{suffix}" for route in routes for host in route.hosts if host in secured}


def rules(host: str) -> str:
    """The lines for plain requests; `host` is the expression for the name that is asked."""
    methods = (("301", "METH_GET"), ("308", "!METH_GET"))
    redirected = [REDIRECT.format(code=code, methods=each, host=host, map=REDIRECTS) for code, each in methods]
    return CHALLENGES + "".join(redirected)


def answers(table: Table) -> dict[str, str]:
    """The map of what challenges are answered with."""
    return {"thumbprint": table.thumbprint} if table.thumbprint else {}


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """What a worker has: `listed` the host name of each file in the list, `stored` every file in its memory, and `open`
    the one that is half replaced, "" when none is."""

    listed: Mapping[str, str]
    stored: frozenset[str]
    open: str = ""


def render_list(table: Table) -> str:
    """The text of `certificates.list`: a file and its host name on each line."""
    return "".join(f"{each.file} {each.host}\n" for each in table.presented)


def commands(table: Table, seen: Seen, read: Callable[[str], str | None]) -> list[str]:
    """The runtime commands that make what is seen what is wanted, a new certificate before its former one goes.

    `read` gives a file's text; what has none is left out, and not presented until it is given again.
    """
    wanted = {each.file: each.host for each in table.presented}
    result = [f"abort ssl cert {seen.open}"] if seen.open else []
    for file, host in wanted.items():
        if seen.listed.get(file) != host and (pem := read(file)) is not None:
            result += [*remove(file, seen), *add(file, host, pem)]
    for file in {**seen.listed, **dict.fromkeys(sorted(seen.stored))}:
        if file not in wanted:
            result += remove(file, seen)
    return result


def map_commands(name: str, wanted: Mapping[str, str], seen: Mapping[str, str]) -> list[str]:
    """The runtime commands that make one of HAProxy's maps what is wanted."""
    gone = [f"del map {name} {key}" for key in seen if key not in wanted]
    other = [f"set map {name} {key} {wanted[key]}" for key in seen if key in wanted and seen[key] != wanted[key]]
    return gone + other + [f"add map {name} {key} {value}" for key, value in wanted.items() if key not in seen]


def render_map(wanted: Mapping[str, str]) -> str:
    """The text of a map: a key and its value on each line."""
    return "".join(f"{key} {value}\n" for key, value in sorted(wanted.items()))


def add(file: str, host: str, pem: str) -> list[str]:
    """A new one. What follows `<<` is closed by an empty line, of which `pem` has none."""
    return [
        f"new ssl cert {file}",
        f"set ssl cert {file} <<\n{pem}",
        f"commit ssl cert {file}",
        f"add ssl crt-list {LIST} <<\n{file} {host}\n",
    ]


def remove(file: str, seen: Seen) -> list[str]:
    """Whatever there is of it. Connections that were made with it go on."""
    listed = [f"del ssl crt-list {LIST} {file}"] if file in seen.listed else []
    return listed + ([f"del ssl cert {file}"] if file in seen.stored else [])


def parse(listed: str, stored: str) -> Seen:
    """Read `show ssl crt-list` of the list, a file and a host name on each line, and `show ssl cert`, a file on each;
    headings begin with "#", and the file that is half replaced with "*"."""
    pairs = [line.split() for line in listed.splitlines() if not line.startswith("#")]
    files = [line.strip() for line in stored.splitlines() if line.strip() and not line.startswith("#")]
    return Seen(
        listed={fields[0]: fields[-1] for fields in pairs if len(fields) > 1},
        stored=frozenset(file for file in files if not file.startswith("*")),
        open=next((file[1:] for file in files if file.startswith("*")), ""),
    )
