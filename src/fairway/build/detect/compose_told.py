"""What a Compose file adds to a Detection: what its Dockerfile leaves out, and what else has to run.

A command, a port or a path is taken only where nothing nearer says one. What runs beside the app is told, with the
lines of fairway.toml that take its place, and never set up by itself.
"""

import json
import re
import shlex
from collections.abc import Mapping
from dataclasses import replace

from fairway.build.detect import compose, dockerfile_port, dockerfile_start, dockerfile_text, needs, python_celery
from fairway.build.detect.compose import Service
from fairway.build.detect.dockerfile_text import Instruction
from fairway.build.detect.tree import Tree
from fairway.domain.detection import Detection, Evidence, Health, Kind, Port, Start

POSTGRES = re.compile(r"(?:^|/)(?:\w+-)?(?:postgres|postgresql|postgis|timescaledb(?:-ha)?|pgvector)$")
PARTS = {
    "redis": "Redis", "valkey": "Valkey", "keydb": "KeyDB", "mysql": "MySQL", "mysql-server": "MySQL",
    "mariadb": "MariaDB", "mongo": "MongoDB",
    "rabbitmq": "RabbitMQ", "elasticsearch": "Elasticsearch", "opensearch": "OpenSearch", "memcached": "Memcached",
    "kafka": "Kafka", "clickhouse-server": "ClickHouse", "clickhouse": "ClickHouse", "minio": "MinIO", "nats": "NATS",
    "meilisearch": "Meilisearch", "typesense": "Typesense", "etcd": "etcd", "neo4j": "Neo4j", "cassandra": "Cassandra",
}  # fmt: skip
URL = re.compile(r"postgres(?:ql)?(?:\+\w+)?://")
LIKELY = ("web", "app", "api", "backend", "server", "django")
WORKS = re.compile(r"worker|celery|sidekiq|scheduler|\bbeat\b|\bcron|migrat|queue|\bseed")
NAME = re.compile(r"[a-z][a-z0-9-]*")
VARIABLE = "DATABASE_URL"
MOST_TOLD = 3


def add(tree: Tree, found: Detection) -> Detection:
    """The Detection with what the compose file knows; the same one without such a file."""
    folder = (found.dockerfile or "").rpartition("/")[0] or found.directory
    services = compose.read(tree, folder)
    if not services:
        return found
    own = tuple(each for each in services if belongs(each, found))
    chosen = main(own)
    if chosen is not None and found.kind is Kind.DOCKERFILE and found.dockerfile:
        found = complete(tree, found, found.dockerfile, chosen)
    told = (*databases(services, chosen), *workers(own, chosen, found.notes))
    # The author's own command for a worker is better than the usual one.
    better = any("celery" in note for note in told)
    known = tuple(note for note in found.notes if not (better and note.startswith(python_celery.BEGINNING)))
    return replace(found, notes=(*known, *told))


def belongs(service: Service, found: Detection) -> bool:
    """Whether a service runs the app's image: built from its Dockerfile, or named as the program that it starts."""
    if service.dockerfile:
        return service.dockerfile == (found.dockerfile or f"{found.context}/Dockerfile".removeprefix("./"))
    program = found.start.command[0].rpartition("/")[2] if found.start and found.kind is Kind.DOCKERFILE else ""
    return bool(program) and bare(service.image) == program


def main(own: tuple[Service, ...]) -> Service | None:
    """The service that takes requests: one that publishes a port, one of a usual name, the first that is no worker."""
    serving = [each for each in own if each.ports or not WORKS.search(" ".join((each.name, *(each.command or ()))))]
    return min(serving, key=lambda each: (not each.ports, each.name not in LIKELY), default=None)


def complete(tree: Tree, found: Detection, path: str, chosen: Service) -> Detection:
    """The Detection with the command, the port and the path that the service has and the Dockerfile leaves out."""
    final = dockerfile_text.last_stage(dockerfile_text.parse(tree.read(path) or b""))
    if not final:
        return found
    command = chosen.command
    if command and not any(item.name == "CMD" for item in final):
        text = " ".join(command)
        if not dockerfile_start.DEVELOPMENT.search(text) and not dockerfile_start.IDLE.search(text):
            found = commanded(tree, found, path, final, Start(command=command, text=text, where=chosen.where))
    if (port := port_of(found, final, path, chosen)) is not None:
        listens = Evidence(what=f"listens on {port.number}", where=port.where)
        found = replace(
            found,
            port=port,
            defaults=replace(found.defaults, port=port.number),
            evidence=(*(item for item in found.evidence if not item.what.startswith("listens on")), listens),
            notes=tuple(note for note in found.notes if "receives the traffic" not in note),
        )
    if chosen.health and found.health is None:
        found = replace(
            found,
            health=Health(path=chosen.health, where=chosen.where),
            defaults=replace(found.defaults, health_path=chosen.health),
            evidence=(*found.evidence, Evidence(what=f"health: GET {chosen.health}", where=chosen.where)),
        )
    return found


def commanded(tree: Tree, found: Detection, path: str, final: tuple[Instruction, ...], start: Start) -> Detection:
    """The Detection of an image that has no CMD, with the service's."""
    own = dockerfile_start.of(final, path)
    why = dockerfile_start.idle(tree, final, own)
    judged = tuple(dockerfile_start.judge(own, why, path, start.command)) if why else ()
    others = tuple(each for each in found.problems if each.what not in {problem.what for problem in judged})
    return replace(
        found,
        start=start,
        problems=(*others, *judged),
        defaults=replace(found.defaults, command=start.command),
        evidence=(*found.evidence, Evidence(what=f'is given "{start.text}"', where=start.where)),
    )


def port_of(found: Detection, final: tuple[Instruction, ...], path: str, chosen: Service) -> Port | None:
    """The port that the service publishes, where nothing says one, or of those that the Dockerfile exposes the app's
    sources name another."""
    number = next((each for each in chosen.ports if each not in dockerfile_port.BESIDE), None)
    if number is None:
        return None
    known = found.port
    exposed = number in [each for each, _ in dockerfile_port.exposes(final)]
    other = known is not None and exposed and known.number != number and not known.where.startswith(path)
    unsaid = known is None or known.assumed
    return Port(number=number, variable=None, where=chosen.where) if unsaid or other else None


def databases(services: tuple[Service, ...], chosen: Service | None) -> tuple[str, ...]:
    """What has to run beside the app: a PostgreSQL can be Fairway's, the rest comes from elsewhere."""
    found: list[str] = []
    ours = next((each for each in services if POSTGRES.search(bare(each.image) or each.name)), None)
    if ours is not None:
        found.append(postgres(ours, chosen.variables if chosen else {}))
    others = {PARTS[name]: each.where for each in services if (name := bare(each.image)) in PARTS}
    if others:
        listed = ", ".join(f"{name} ({where})" for name, where in list(others.items())[:MOST_TOLD])
        found.append(f"beside the app runs {listed}, which Fairway does not: fairway env set names where it is")
    return tuple(found)


def postgres(ours: Service, variables: Mapping[str, str]) -> str:
    """What to say of a PostgreSQL that the compose file runs; `variables` are those of the app's service."""
    variable = next((name for name, value in variables.items() if URL.match(value)), None)
    part = next((name for name, value in variables.items() if value == ours.name), None)
    if variable is None and part is not None:
        return (
            f"PostgreSQL runs beside the app ({ours.where}), which reads its host from {part}: one that Fairway runs "
            f"([databases.main]) comes as one URL, in {VARIABLE}, which the app would have to read"
        )
    more = f", variable = {json.dumps(variable)}" if variable not in (None, VARIABLE) else ""
    return (
        f'PostgreSQL runs beside the app ({ours.where}): [databases.main] engine = "postgres"{more} '
        f"has Fairway run one, whose URL comes as {variable or VARIABLE}"
    )


def workers(own: tuple[Service, ...], chosen: Service | None, known: tuple[str, ...]) -> tuple[str, ...]:
    """The services of the same image that take no requests, at most 3, and what starts them here."""
    found: list[str] = []
    for each in own:
        if each is chosen or each.command is None or each.ports:
            continue
        text = shlex.join(each.command)
        if needs.touches_database(text) or "migrate" in text:
            instead = f"[migrations] command = {json.dumps(text)}"
            if not any("[migrations]" in note for note in (*known, *found)):
                found.append(f'"{text}" is not run for each release ({each.where}): {instead}')
        elif not any(f'"{text}"' in note for note in known):
            name = each.name.lower().replace("_", "-")
            name = name if NAME.fullmatch(name) else "worker"
            words = json.dumps(list(each.command), ensure_ascii=False)
            found.append(f'"{text}" is not started ({each.where}): [services.{name}] command = {words}')
    return tuple(found[:MOST_TOLD])


def bare(image: str) -> str:
    """An image's last name, without registry, tag and digest: `docker.io/library/postgres:17` is `postgres`."""
    return re.split(r"[:@]", image.rpartition("/")[2])[0]
