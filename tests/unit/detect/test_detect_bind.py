"""Who can reach the app: the address that `listen` is given, in the shapes that people write it."""

import pytest

from fairway.domain.detection import NodeInstall
from support.detect_room import detected, package

LOCAL = "the app can't be reached from outside its container"
NEST = {"@nestjs/core": "11", "@nestjs/platform-fastify": "11"}
ADAPTED = "const app = await NestFactory.create(AppModule, new FastifyAdapter());\n"


def told(code: str, dependencies: dict[str, str]) -> list[str]:
    """Where the app is said to listen on the loopback interface."""
    detection = detected({"package.json": package(dependencies=dependencies), "index.js": code})
    return [problem.where for problem in detection.problems if problem.what == LOCAL]


@pytest.mark.parametrize(
    ("listen", "places"),
    [
        ("await app.listen(3000);", ["index.js:2"]),
        ("await app.listen(\n  process.env.PORT ?? 3000,\n);", ["index.js:2"]),
        ("await app.listen({ port: 3000 });", ["index.js:2"]),
        ("await app.listen(port, () => log(`up, and ${running}`));", ["index.js:2"]),
        ("await app.listen(3000, '0.0.0.0');", []),
        ("await app.listen(\n  config.get('port'),\n  config.get('address'),\n);", []),
        ("await app.listen({ port, host: '::' });", []),
        ("await app.listen({ port: 1, ...address });", []),
        ("queue.listen('orders');", []),
    ],
)
def test_nest_on_fastify_listens_on_localhost_unless_it_is_told_an_address(listen: str, places: list[str]) -> None:
    assert told(ADAPTED + listen, NEST) == places


def test_nest_on_express_listens_everywhere() -> None:
    assert told("const app = await NestFactory.create(AppModule);\nawait app.listen(3000);", NEST) == []


@pytest.mark.parametrize(
    ("code", "places"),
    [
        ("const hostname = '127.0.0.1';\nserver.listen(port, hostname, () => {});", ["index.js:2"]),
        ("const host = 'localhost';\nserver.listen({ port, host });", ["index.js:2"]),
        ("const hostname = '0.0.0.0';\nserver.listen(port, hostname);", []),
        ("const shown = 'localhost';\nserver.listen(port, () => log(shown));", []),
        ("const name = 'localhost';\nserver.listen(port, names[name]);", []),
    ],
)
def test_an_address_in_a_constant_is_looked_up(code: str, places: list[str]) -> None:
    assert told(code, {"express": "5"}) == places


@pytest.mark.parametrize(
    ("code", "variables"),
    [
        ("const f = require('fastify')();\nf.listen({ port: 3000, host: process.env.HOST })", {"HOST": "0.0.0.0"}),
        ("server.listen(3000, process.env['BIND_ADDRESS'])", {"BIND_ADDRESS": "0.0.0.0"}),
        ("connect({ host: process.env.HOST });\nserver.listen(3000)", {}),
        ("server.listen(3000, process.env.DB_HOST)", {}),
    ],
)
def test_an_address_from_a_variable_alone_is_set_in_the_image(code: str, variables: dict[str, str]) -> None:
    detection = detected({"package.json": package(dependencies={"fastify": "5"}), "index.js": code})

    assert isinstance(detection.install, NodeInstall)
    assert detection.install.variables == variables


@pytest.mark.parametrize(
    ("start", "variables", "port"),
    [
        ("fastify start -l info app.js", {"FASTIFY_ADDRESS": "0.0.0.0"}, (3000, "PORT")),
        ("fastify start --address 0.0.0.0 app.js", {}, (3000, "PORT")),
        ("fastify start -p 4000 app.js", {"FASTIFY_ADDRESS": "0.0.0.0"}, (4000, None)),
    ],
)
def test_fastifys_own_command_is_told_the_address_and_reads_port(
    start: str, variables: dict[str, str], port: tuple[int, str | None]
) -> None:
    lists = {"fastify": "5", "fastify-cli": "7"}

    detection = detected({"package.json": package(scripts={"start": start}, dependencies=lists), "app.js": ""})

    assert isinstance(detection.install, NodeInstall)
    assert detection.install.variables == variables
    assert detection.port is not None
    assert (detection.port.number, detection.port.variable) == port


def test_fastifys_own_command_is_not_judged_by_a_server_beside_it() -> None:
    text = package(scripts={"start": "fastify start app.js"}, dependencies={"fastify": "5", "fastify-cli": "7"})
    server = "const app = require('fastify')();\napp.listen({ port: 3000 })"

    detection = detected({"package.json": text, "app.js": "", "server.js": server})

    assert not [problem for problem in detection.problems if problem.what == LOCAL]


def test_fastifys_own_command_stays_in_the_image_where_it_is_a_development_dependency() -> None:
    lists = {"dependencies": {"fastify": "5"}, "devDependencies": {"fastify-cli": "7"}}

    detection = detected({"package.json": package(scripts={"start": "fastify start app.js"}, **lists), "app.js": ""})

    assert isinstance(detection.install, NodeInstall)
    assert detection.install.development == "fastify-cli"


def test_adonis_is_given_the_address_that_its_rules_require() -> None:
    detection = detected({"package.json": package(dependencies={"@adonisjs/core": "6"}), "server.js": ""})

    assert isinstance(detection.install, NodeInstall)
    assert detection.install.variables == {"HOST": "0.0.0.0"}


def test_calls_that_never_end_are_given_up() -> None:
    assert told("x.listen({" * 20_000, {"fastify": "5"}) == []


@pytest.mark.parametrize(
    ("start", "told"),
    [
        ("json-server --watch db.json --port 4000", ["package.json:3"]),
        ("json-server --watch db.json --host 0.0.0.0 --port 4000", []),
        ("json-server db.json -H 0.0.0.0 -p 4000", []),
        ("json-server db.json --host=0.0.0.0 --port 4000", []),
    ],
)
def test_json_server_is_reached_only_where_it_is_told_an_address(start: str, told: list[str]) -> None:
    detection = detected({"package.json": package(scripts={"start": start}, dependencies={"json-server": "0.17"})})

    assert [problem.where for problem in detection.problems if problem.what == LOCAL] == told
    assert detection.defaults.port == 4000
