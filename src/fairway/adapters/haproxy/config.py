"""The table as HAProxy's configuration and as its map of host names: pure text, held by golden tests.

What the lines decide:

- A request whose connection can't be made goes to another server at once (`redispatch 1`: at each retry, not only at
  the last). A GET, HEAD or OPTIONS goes there too when the server took it and closed without a word, as one does that
  is killed; any other method might have been carried out, so it is never sent twice.
- A server is looked at every 5 s while all is well. The first connection that fails makes that 4 times a second, two
  more failures take it out, one success brings it back: this works while Fairway itself is down.
- Each request leaves a line in a ring in HAProxy's memory, in place of a log: its backend, server, status, and `%Ta`,
  the milliseconds from its first byte to the last byte of its answer. Time that a kept connection was idle before it
  (as in `%Tt`) is not in it. A line has some 30 bytes, so 2 MB hold two seconds at 25,000 requests a second; the ring
  is read each second (`ring.py`).
- Servers that are added to a running HAProxy inherit nothing from `default-server`, so `SERVER` is written in full
  at each, in this file as on the command line.
"""

import hashlib
from dataclasses import dataclass

from fairway.adapters.haproxy import secure
from fairway.adapters.haproxy.table import Table
from fairway.domain import closedpage
from fairway.domain.observed import Target, TargetState

SERVER = (
    "check inter 5s fastinter 250ms downinter 1s fall 2 rise 1"
    " observe layer4 error-limit 1 on-error fastinter"
    " pool-max-conn -1 pool-purge-delay 2s weight 1"
)
MAP = "hosts.map"
RING = "requests"

FRAME = """\
# Written by Fairway, and written again at every change: edits are lost.
# The file names are relative to this directory (haproxy -C).
global
    stats socket unix@worker.sock mode 600 level admin expose-fd listeners
    stats timeout 1m
    maxconn {maxconn}
    hard-stop-after 1h
    noreuseport
{user}{description}
ring {ring}
    format raw
    maxlen 256
    size 2097152

defaults
    mode http
    retries 5
    retry-on conn-failure empty-response
    option redispatch 1
    option idle-close-on-response
    option clitcpka
    option srvtcpka
    timeout connect 300ms
    timeout check 1s
    timeout queue 5s
    timeout http-request 30s
    timeout http-keep-alive 60s
    timeout client 1h
    timeout server 1h
    timeout client-fin 30s
    timeout server-fin 30s
    timeout tunnel 24h
    balance roundrobin
    http-error status 503 content-type "text/plain; charset=utf-8" string "{no_target}" hdr Retry-After 1

frontend apps
    bind "${{{listener}-{bind}}}"
{secure}    log ring@{ring} local0
    log-format "%b %s %ST %Ta"
    http-request disable-l7-retry unless METH_GET || METH_OPTIONS || {{ req.hdr(Idempotency-Key) -m found }}
    http-request del-header Forwarded
{forwarded}
{plain}    use_backend %[{host},map_str({map},unknown)]

backend unknown
    http-request return status 404 content-type "text/plain; charset=utf-8" hdr X-Content-Type-Options nosniff \
lf-string "{no_route}"

backend {closed}
    http-request return status 503 content-type "text/html; charset=utf-8" hdr Retry-After 10 \
hdr Cache-Control no-store string "{page}"
"""

FORWARDED = """\
    http-request set-header X-Forwarded-For %[src]
    http-request set-header X-Forwarded-Proto {protocol}
    http-request set-header X-Forwarded-Host %[req.hdr(host)]"""

BEHIND_PROXY = """\
    acl trusted src {networks}
    http-request del-header X-Forwarded-For unless trusted
    http-request add-header X-Forwarded-For %[src]
    http-request set-header X-Forwarded-Proto {protocol} unless trusted {{ req.hdr(X-Forwarded-Proto) -m found }}
    http-request set-header X-Forwarded-Host %[req.hdr(host)] unless trusted {{ req.hdr(X-Forwarded-Host) -m found }}"""

HOST = "req.hdr(host),host_only,lower,rtrim(.)"
NO_TARGET = "503: no task of this app takes requests at present. 'fairway ps' tells why.\\n"
NO_ROUTE = (
    "404: Fairway serves no app under the host name %[" + HOST + "]\\n"
    "An app answers under APP-ENVIRONMENT.localhost and under the domains of its fairway.toml;"
    " 'fairway status' lists them.\\n"
)
CLOSED = "closed"
"""The backend of host names whose app is closed for a moment."""
PAGE = closedpage.PAGE + "\\n"


@dataclass(frozen=True, slots=True, kw_only=True)
class Frame:
    """What does not change while Fairway runs: where to listen, how many connections, as whom ("" = as it is).

    `listener` is the variable that names the socket which it inherits (`process/listener.py`); one that was started
    without it binds the address itself. `tls_port` and `tls_listener` are the same for TLS, 0 and "" where there is
    none. `trusted` are the networks of proxies in front (a TLS terminator), whose X-Forwarded headers are believed;
    nobody's else are.
    """

    address: str
    port: int
    listener: str
    maxconn: int
    tls_port: int = 0
    tls_listener: str = ""
    user: str = ""
    trusted: tuple[str, ...] = ()


def render(frame: Frame, table: Table) -> str:
    """The text of `haproxy.cfg`."""
    head = render_head(frame, f"    description {shape(frame, table)}\n")
    return head + "".join(render_slot(table, number) for number in range(table.slots))


def shape(frame: Frame, table: Table) -> str:
    """What a running HAProxy can't be told, as one word that it is started with and tells of itself: another one means
    that it has to be reloaded, whoever died between writing the configuration and that."""
    return hashlib.sha256(f"{render_head(frame)}{table.slots}".encode()).hexdigest()[:16]


def render_head(frame: Frame, description: str = "") -> str:
    """All but the backends of the slots."""
    tls = secure.bind(frame.tls_listener, join(frame.address, frame.tls_port)) if frame.tls_port else ""
    forwarded = BEHIND_PROXY if frame.trusted else FORWARDED
    return FRAME.format(
        maxconn=frame.maxconn,
        description=description,
        user=f"    user {frame.user}\n    group {frame.user}\n" if frame.user else "",
        no_target=NO_TARGET,
        no_route=NO_ROUTE,
        bind=join(frame.address, frame.port),
        listener=frame.listener,
        secure=tls,
        plain=secure.rules(HOST) if frame.tls_port else "",
        map=MAP,
        ring=RING,
        host=HOST,
        closed=CLOSED,
        page=PAGE,
        forwarded=forwarded.format(
            networks=" ".join(frame.trusted), protocol=secure.PROTOCOL if frame.tls_port else "http"
        ),
    )


def render_slot(table: Table, number: int) -> str:
    """One backend: empty, or with its route's name and targets."""
    lines = [f"\nbackend {slot_name(number)}"]
    for entry in table.routes:
        if entry.slot == number:
            route = entry.route
            lines.append(f"    # {route.app} {route.environment} {route.service}")
            lines += [
                f"    {render_server(t)}"
                for t in table.targets
                if table.slot(t.app, t.environment, t.service) == number
            ]
    return "\n".join(lines) + "\n"


def render_server(target: Target) -> str:
    """A target; one that drains is off, since a HAProxy that reads this has none of its requests under way."""
    off = " disabled" if target.state is TargetState.DRAINING else ""
    return f"server {target.task} {join(target.address, target.port)} {SERVER}{off}"


def render_map(table: Table) -> str:
    """The text of `hosts.map`: a host name and its backend on each line."""
    return "".join(f"{host} {slot}\n" for host, slot in sorted(hosts(table).items()))


def hosts(table: Table) -> dict[str, str]:
    """The backend of each host name: its slot's, or the one of all that are closed."""
    return {
        host: CLOSED if entry.route.closed else slot_name(entry.slot)
        for entry in table.routes
        for host in entry.route.hosts
    }


def slot_name(number: int) -> str:
    """The name of a backend."""
    return f"slot-{number}"


def join(address: str, port: int) -> str:
    """Address and port as HAProxy reads them: `127.0.0.1:80`, `[::1]:80`."""
    return f"[{address}]:{port}" if ":" in address else f"{address}:{port}"
