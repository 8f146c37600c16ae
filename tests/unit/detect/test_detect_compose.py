"""What a Docker Compose file adds: what the Dockerfile leaves out, and what else has to run."""

import pytest

from fairway.build.detect import compose
from support.detect_room import Files, detected, package

TINI = 'FROM company/ruby:3\nCOPY . .\nENTRYPOINT ["tini", "--"]\n'
RUBY = {"Gemfile": ""}


def services(text: str) -> str:
    """A compose file with these services, which are indented by two."""
    return "services:\n" + "".join(f"  {line}\n" for line in text.strip("\n").splitlines())


SHOP = services("""
web:
  build: .
  command: bundle exec puma -p 7000
  ports: ["127.0.0.1:80:7000"]
  healthcheck:
    test: ["CMD-SHELL", "curl -s localhost:7000/up | grep OK"]
""")


def test_the_command_of_an_image_without_one_is_that_of_its_service() -> None:
    detection = detected({**RUBY, "Dockerfile": TINI, "compose.yaml": SHOP})

    assert detection.defaults.command == ("bundle", "exec", "puma", "-p", "7000")
    assert (detection.defaults.port, detection.defaults.health_path) == (7000, "/up")
    assert [problem.fatal for problem in detection.problems] == [False]
    assert '"bundle exec puma -p 7000" is started instead' in detection.problems[0].why
    assert {item.where for item in detection.evidence[2:]} == {"compose.yaml:2"}


def test_what_the_dockerfile_says_itself_stays() -> None:
    text = "FROM company/ruby:3\nEXPOSE 4000\nHEALTHCHECK CMD curl localhost:4000/alive\nCMD rails server\n"

    detection = detected({**RUBY, "Dockerfile": text, "compose.yaml": SHOP})

    assert detection.defaults.command is None
    assert (detection.defaults.port, detection.defaults.health_path) == (4000, "/alive")
    assert detection.problems == ()


def test_of_several_exposed_ports_the_one_that_the_service_publishes_takes_requests() -> None:
    node = {"package.json": package(scripts={"start": "node live.js"}), "live.js": "x.listen(4000)"}

    detection = detected({**node, "Dockerfile": f"{TINI}EXPOSE 7000 4000\n", "compose.yaml": SHOP})

    assert detection.defaults.port == 7000
    assert detection.notes == ()
    assert sum(item.what.startswith("listens on") for item in detection.evidence) == 1


@pytest.mark.parametrize("command", ["rails server --reload", "tail -f /dev/null", "rails server -p ${PORT}", "'a"])
def test_a_command_for_development_or_with_a_value_that_nobody_gives_is_not_taken(command: str) -> None:
    text = services(f"web:\n  build: .\n  command: {command!r}")

    assert detected({**RUBY, "Dockerfile": TINI, "compose.yaml": text}).fatal


@pytest.mark.parametrize(
    ("place", "build", "path"),
    [
        ("docker-compose.yml", ".", "Dockerfile"),
        ("docker-compose.yml", "{context: ., dockerfile: deploy/Dockerfile}", "deploy/Dockerfile"),
        ("deploy/docker-compose.yml", "{context: .., dockerfile: deploy/Dockerfile}", "deploy/Dockerfile"),
        ("deploy/docker-compose.yml", "{context: ../, dockerfile: ./deploy/Dockerfile}", "deploy/Dockerfile"),
        ("docker-compose.prod.yml", "./server", "server/Dockerfile"),
    ],
)
def test_a_service_is_known_by_the_dockerfile_that_it_is_built_from(place: str, build: str, path: str) -> None:
    text = services(f"shop:\n  build: {build}\n  ports: ['80:7000']")
    files = {"main.go": "", "server/main.go": "", path: "FROM golang:1\nCOPY main.go .\nCMD /app\n"}

    detection = detected({**files, place: text})

    assert detection.dockerfile == path
    assert detection.port is not None
    assert (detection.port.number, detection.port.where) == (7000, f"{place}:2")


def test_a_service_of_the_image_that_is_named_as_the_program_is_the_app() -> None:
    text = services("""
store:
  image: postgres:17
shop:
  image: ghcr.io/acme/shop:${TAG:-latest}
  command: [serve]
  environment:
    SHOP_STORE: postgres://u:p@store/shop
""")

    detection = detected(
        {"Cargo.toml": "", "Dockerfile": 'FROM debian:12\nENTRYPOINT ["/bin/shop"]\n', "c/x": "", "compose.yml": text}
    )

    assert detection.defaults.command == ("serve",)
    assert detection.notes == (
        'PostgreSQL runs beside the app (compose.yml:2): [databases.main] engine = "postgres", '
        'variable = "SHOP_STORE" has Fairway run one, whose URL comes as SHOP_STORE',
    )


BESIDE = services("""
db: {image: "docker.io/library/postgres:17-alpine@sha256:abc"}
cache: {image: redis}
queue: {image: "rabbitmq:3-management"}
web: &web
  build: .
  ports: [{target: 7000}]
worker_1:
  <<: *web
  ports: []
  command: bundle exec sidekiq -q "a b"
migrate:
  <<: *web
  ports: []
  command: rails db:migrate
dev:
  build: {context: ., dockerfile: Dockerfile.dev}
  command: rails console
""")


def test_what_runs_beside_the_app_is_told_with_what_takes_its_place() -> None:
    detection = detected({**RUBY, "Dockerfile": "FROM company/ruby:3\nCMD rails server\n", "compose.yaml": BESIDE})

    assert detection.notes == (
        'PostgreSQL runs beside the app (compose.yaml:2): [databases.main] engine = "postgres" has Fairway run one, '
        "whose URL comes as DATABASE_URL",
        "beside the app runs Redis (compose.yaml:3), RabbitMQ (compose.yaml:4), which Fairway does not: "
        "fairway env set names where it is",
        "\"bundle exec sidekiq -q 'a b'\" is not started (compose.yaml:8): "
        '[services.worker-1] command = ["bundle", "exec", "sidekiq", "-q", "a b"]',
        '"rails db:migrate" is not run for each release (compose.yaml:12): [migrations] command = "rails db:migrate"',
    )


def test_a_database_that_the_app_reads_in_parts_is_told_as_such() -> None:
    text = services("db: {image: postgres}\nweb: {build: ., environment: [DB_HOST=db, DB_PORT=5432]}")

    detection = detected({**RUBY, "Dockerfile": "FROM company/ruby:3\nCMD rails server\n", "compose.yaml": text})

    assert "reads its host from DB_HOST" in detection.notes[0]


def test_a_database_beside_an_app_without_a_dockerfile_is_told_too() -> None:
    node = {"package.json": package(scripts={"start": "node a.js"}), "a.js": "x.listen(3000)", "package-lock.json": ""}

    detection = detected({**node, "compose.yaml": services("db: {image: 'timescale/timescaledb:2'}")})

    assert [note for note in detection.notes if "PostgreSQL" in note]


@pytest.mark.parametrize(
    "text",
    [
        "",
        "services: [",
        "services: 3",
        "services:\n  web: !reset null",
        "services:\n  web:\n    build: 3\n    ports: {a: b}\n    command: {}\n    healthcheck: x\n    environment: 4",
        "a: &a [x]\n" + "b: &b {<<: [*a, *a]}\n" * 9 + "services: *b",
        "x: &x [*x]\nservices: {web: {command: *x}}",
        "services:\n  web:\n    ports: ['a:b', '0', '99999', null]\n    expose: [[1]]",
        "2020-13-45: x\nservices: {web: {ports: [2020-13-45]}}",
    ],
)
def test_a_file_that_is_no_compose_file_changes_nothing(text: str) -> None:
    without = detected({**RUBY, "Dockerfile": "FROM company/ruby:3\nCMD rails server\n"})

    assert detected({**RUBY, "Dockerfile": "FROM company/ruby:3\nCMD rails server\n", "compose.yaml": text}) == without


def test_the_file_for_production_comes_before_the_one_for_everything() -> None:
    one, other = services("a: {image: x}"), services("b: {image: x}")

    found = compose.read(Files({"docker-compose.yml": one, "docker-compose.production.yml": other}))

    assert [service.name for service in found] == ["b"]


def test_variables_with_defaults_are_filled_in_and_a_doubled_sign_is_one() -> None:
    text = services('a:\n  image: ${REGISTRY-docker.io}/x:${TAG:-1}\n  command: sh -c "echo $$HOME"')

    found = compose.read(Files({"compose.yaml": text}))

    assert (found[0].image, found[0].command) == ("docker.io/x:1", ("sh", "-c", "echo $HOME"))


def test_a_text_that_no_person_writes_keeps_nobody_waiting() -> None:
    command, asked = "${a-" * 20_000, "localhost:" * 10_000
    text = services(f"a:\n  image: company/a\n  command: {command}\n  healthcheck: {{test: [CMD, '{asked}']}}")

    found = compose.read(Files({"compose.yaml": text}))

    assert (found[0].command, found[0].health) == (None, "")
