"""fairway.toml of apps on AWS, as hypothesis makes them: for "no configuration that is accepted makes a bad template".

Nearly all of what is drawn is accepted; what is refused, is refused by the manifest's own rules. Names are drawn to
collide where they can: with each other but for a dash, with words that templates use, and as long as names may be.
"""

from typing import Any

from hypothesis import assume, event
from hypothesis import strategies as st

from fairway.domain.app import App, Defaults
from fairway.domain.ids import NAME
from fairway.errors import UsageError
from fairway.manifest import load
from support import aws_apps
from support.toml_text import toml

Document = dict[str, Any]

NAMES = (
    st.sampled_from(
        [
            "web", "web2", "web-2", "web--2", "x", "xx", "x-x", "clients", "group", "cluster", "role", "production",
            "staging", "production-eu", "a" * 30, "a" * 29 + "b", "z-" * 14 + "zz", "z-" * 14 + "zy",
        ]
    )
    | st.from_regex(NAME, fullmatch=True)
)  # fmt: skip
LOOKALIKES = st.sampled_from([("web2", "web-2"), ("a-b", "a--b"), ("x", "xx"), ("main", "ma-in"), ("x2", "x-2")])
PAIRS = st.sampled_from([(0.25, "512M"), (0.25, "2G"), (0.5, "1G"), (1, "2G"), (2, "16G"), (4, "8G"), (16, "120G")])
COMMANDS = st.sampled_from(["npm start", "node worker.js --all", "python -m app 'two words' $HOME"])
CRONS = st.sampled_from(["0 3 * * *", "*/15 * * * *", "30 4 1 * *", "0 7 * * 1-5", "0 0 * * 0"])
ZONES = st.sampled_from(["UTC", "Europe/Berlin", "America/New_York"])


def some(**keys: st.SearchStrategy[Any]) -> st.SearchStrategy[Document]:
    """Any of the keys, none and all of them included."""
    return st.fixed_dictionaries({}, optional=keys)


def _sized(table: Document, pair: tuple[float, str] | None) -> Document:
    return table if pair is None else {**table, "cpu": pair[0], "memory": pair[1]}


HEALTH = st.one_of(
    st.just({"path": "/healthz", "interval": "10s", "timeout": "5s"}),
    st.just({"tcp": True}),
    st.just({"command": ["node", "alive.js"], "interval": "30s", "timeout": "5s"}),
)
SCALING = st.one_of(
    st.just({"min": 2, "max": 10, "metric": "cpu", "target": 60}),
    st.just({"min": 1, "max": 5, "metric": "memory", "target": 80, "scale_in": False}),
    st.just({"max": 8, "policies": [{"metric": "cpu", "steps": [{"above": 70, "add": 2}]}]}),
    st.just({"max": 8, "policies": [{"metric": "memory", "steps": [{"below": 10, "set": 1}]}]}),
    st.just({"min": 1, "max": 9, "schedules": [{"schedule": "0 8 * * 1-5", "min": 4}]}),
)
OF_TRAFFIC = st.sampled_from(["requests_per_task", "latency_p95"]).map(
    lambda metric: {"max": 6, "metric": metric, "target": 50 if metric == "requests_per_task" else "500ms"}
)


@st.composite
def several(draw: st.DrawFn, least: int, most: int) -> list[str]:
    """Names of one kind; now and then two that are told apart by a dash only."""
    names = draw(st.lists(NAMES, min_size=least, max_size=most, unique=True))
    if most > 1 and draw(st.integers(0, 3)) == 0:
        names = [*names[: most - 2], *draw(LOOKALIKES)]
    return list(dict.fromkeys(names))


@st.composite
def services(draw: st.DrawFn) -> Document:
    """One service; with a port it may be scaled by its traffic."""
    table = draw(some(command=COMMANDS, replicas=st.integers(1, 5), stop_timeout=st.sampled_from(["5s", "120s"])))
    if draw(st.booleans()):
        table |= {"port": draw(st.integers(1, 65535)), **draw(some(health=HEALTH, scaling=SCALING | OF_TRAFFIC))}
    else:
        table |= {"command": draw(COMMANDS), **draw(some(scaling=SCALING))}
    return _sized(table, draw(st.none() | PAIRS))


def reached(found: dict[str, Document]) -> dict[str, Document]:
    """The same services, of which one takes the requests: the only one with a port, or the one that is named web."""
    ports = [name for name, table in found.items() if "port" in table]
    if len(ports) == 1 or "web" in ports:
        return found
    if not ports:
        first = next(iter(found))
        return {**found, first: {**found[first], "port": 3000}}
    return {"web": found[ports[0]], **{name: table for name, table in found.items() if name not in ("web", ports[0])}}


@st.composite
def jobs(draw: st.DrawFn) -> Document:
    """One job, with or without its times."""
    table = {"command": draw(COMMANDS), **draw(some(retries=st.integers(0, 10), timeout=st.just("20m")))}
    if draw(st.booleans()):
        table |= {"schedule": draw(CRONS), "timezone": draw(ZONES)}
    return _sized(table, draw(st.none() | PAIRS))


RDS = some(
    size=st.sampled_from(["db.t4g.micro", "db.m7g.large"]),
    storage=st.integers(20, 65536),
    multi_zone=st.booleans(),
    retention=st.integers(0, 35),
)
HOSTING = some(
    capacity=st.sampled_from(["fargate", "fargate_spot", "ec2"]),
    architecture=st.sampled_from(["x86_64", "arm64"]),
    certificate=st.just(aws_apps.CERTIFICATE),
    log_days=st.sampled_from([1, 30, 3653]),
    alarm_topic=st.just(aws_apps.TOPIC),
    protected=st.booleans(),
)
NETWORK = st.one_of(
    some(cidr=st.sampled_from(["10.0.0.0/16", "192.168.4.0/24"]), nat=st.sampled_from(["none", "one", "each"])),
    st.just(
        {
            "vpc": aws_apps.EXISTING.vpc,
            "public_subnets": list(aws_apps.EXISTING.public),
            "private_subnets": list(aws_apps.EXISTING.private),
        }
    ),
)


@st.composite
def hostings(draw: st.DrawFn) -> Document:
    """How environments stand; public tasks on Fargate alone."""
    table = draw(HOSTING)
    if table.get("capacity") != "ec2" and draw(st.booleans()):
        table["public_tasks"] = True
    return table


KINDS: tuple[Document, ...] = ({"command": "npm run smoke"}, {"http": {"url": "https://hooks.example.com/x"}})
ACTIONS = st.lists(
    st.fixed_dictionaries(
        {"name": NAMES},
        optional={"run_order": st.integers(1, 999), "before": st.just("deploy"), "timeout": st.just("24h")},
    ).flatmap(lambda table: st.sampled_from(KINDS).map(lambda kind: {**table, **kind})),
    max_size=4,
    unique_by=lambda table: table["name"],
)


@st.composite
def environments(draw: st.DrawFn, name: str) -> Document:
    """One environment, with names of its own in a zone where it has some."""
    table: Document = draw(
        some(approval=st.booleans(), on_failure=st.sampled_from(["none", "retry", "rollback"]), actions=ACTIONS)
    )
    hosting = draw(hostings())
    if draw(st.booleans()):
        table["domains"] = [f"{name}.example.com"]
        hosting["zone"] = aws_apps.ZONE
    if draw(st.integers(0, 3)) == 0:
        table["migrations"] = {"enabled": draw(st.booleans()), "database": "OWN_URL", "command": "npm run migrate"}
    return {**table, **({"aws": hosting} if hosting else {})}


@st.composite
def migrations(draw: st.DrawFn, databases: list[str]) -> Document:
    """How a database is migrated: one of the file's, or one that only a variable knows."""
    variables = ["LEDGER_URL", *(f"URL_{place}" for place in range(len(databases)))]
    table = {"command": draw(COMMANDS), "database": draw(st.sampled_from(variables))}
    return {**table, **draw(some(timeout=st.sampled_from(["5m", "24h"]), tool=st.sampled_from(["knex", "command"])))}


PATTERNS = st.lists(st.sampled_from(["main", "release/*", "**", "{a,b}"]), min_size=1, max_size=8, unique=True)
FILTERS = st.fixed_dictionaries(
    {"branches": PATTERNS},
    optional={
        "files": st.just({"excludes": ["docs/**"]}),
        "pull_requests": st.lists(
            st.sampled_from(["opened", "updated", "closed"]), min_size=1, max_size=3, unique=True
        ),
    },
)


@st.composite
def documents(draw: st.DrawFn) -> Document:
    """A whole file."""
    named = draw(several(1, 3))
    databases = draw(several(0, 3))
    running = reached({name: draw(services()) for name in draw(several(1, 3))})
    document: Document = {
        "app": draw(NAMES),
        "services": running,
        "jobs": {name: draw(jobs()) for name in draw(several(0, 2)) if name not in running},
        "databases": {
            name: {"engine": "postgres", "variable": f"URL_{place}", **draw(some(version=st.just("16")))}
            for place, name in enumerate(databases)
        },
        "migrations": draw(migrations(databases)) if draw(st.booleans()) else {},
        "source": draw(some(filters=st.lists(FILTERS, min_size=1, max_size=4))),
        "pipeline": {"stages": named, "mode": draw(st.sampled_from(["superseded", "queued", "parallel"]))},
        "environments": {name: draw(environments(name)) for name in named},
        "aws": {
            "region": aws_apps.REGION,
            "repository": {"provider": draw(st.sampled_from(["github", "gitlab", "bitbucket"])), "name": "acme/shop"},
            "network": draw(NETWORK),
            "databases": {name: draw(RDS) for name in databases if draw(st.booleans())},
            "tags": draw(st.dictionaries(st.sampled_from(["team", "cost-centre"]), st.just("shop"), max_size=2)),
        },
    }
    return {key: value for key, value in document.items() if value != {}}


def accepted(document: Document) -> App:
    """The App of a document; one that is refused is no example."""
    try:
        return load.load(toml(document), defaults=Defaults(port=3000, health_path="/"))
    except UsageError as error:
        event(f"refused: {error.findings[0].message[:60]}")
        assume(False)
        raise
