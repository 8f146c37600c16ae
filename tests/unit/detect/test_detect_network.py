"""Ports, addresses and health paths, with the line that each was read from."""

import pytest

from fairway.domain.detection import NodeInstall
from support.detect_room import detected, package

pytestmark = pytest.mark.lengthy

PORTS: list[tuple[str, int, str | None]] = [
    ("app.listen(process.env.PORT || 4000)", 4000, "PORT"),
    ("app.listen(process.env.PORT ?? 4000)", 4000, "PORT"),
    ("const port = parseInt(process.env.PORT, 10) || 4000", 4000, "PORT"),
    ("const port = Number(process.env['PORT'] || '4000')", 4000, "PORT"),
    ("const port = normalizePort(process.env.PORT || '4000');", 4000, "PORT"),
    ("const port = process.env.PORT ? Number(process.env.PORT) : 4000", 4000, "PORT"),
    ("const { PORT = 4000, HOST } = process.env", 4000, "PORT"),
    ("export const { NODE_ENV, PORT } = process.env;\nthis.port = PORT || 4000;", 4000, "PORT"),
    ("const { DB_PORT } = process.env;\napp.listen(4000)", 4000, None),
    ("const { PORT } = config;\napp.listen(4000)", 4000, None),
    ("await app.listen(process.env.APP_PORT || 4000)", 4000, "APP_PORT"),
    ("export const env = z.object({ PORT: z.coerce.number().default(4000) })", 4000, "PORT"),
    ("cleanEnv(process.env, { PORT: port({ default: 4000 }) })", 4000, "PORT"),
    ("Joi.object({ PORT: Joi.number().integer().default(4000) })", 4000, "PORT"),
    ("convict({ port: { format: 'port', default: 4000, env: 'PORT' } })", 4000, "PORT"),
    ("app.listen(configService.get<number>('PORT', 4000))", 4000, "PORT"),
    ("app.listen(config.get('PORT') || 4000)", 4000, "PORT"),
    ("module.exports = ({ env }) => ({ port: env.int('PORT', 4000) })", 4000, "PORT"),
    ("const s = { properties: {\n  PORT: {\n    type: 'string',\n    default: 4000\n  } } }", 4000, "PORT"),
    ("const s = { PORT: Type.Number({\n  minimum: 1,\n  default: 4000,\n}) }", 4000, "PORT"),
    ("z.object({\n  PORT: z.coerce\n    .number()\n    .int()\n    .default(4000),\n})", 4000, "PORT"),
    ("v.object({ PORT: v.optional(v.pipe(v.string(), v.toNumber()), '4000') })", 4000, "PORT"),
    ("({ port: process.env.PORT\n  ? parseInt(process.env.PORT, 10)\n  : 4000 })", 4000, "PORT"),
    ("app.listen(4000)", 4000, None),
    ("const port = 4000;\napp.listen(port, () => {})", 4000, None),
    ("serve({ fetch: app.fetch, port: 4000 })", 4000, None),
    ("fastify.listen({ host: '0.0.0.0', port: 4000 })", 4000, None),
    ("const server = Hapi.server({ port: 4000, host: '0.0.0.0' })", 4000, None),
    ("const db = process.env.DB_PORT || 5432;\napp.listen(process.env.PORT || 4000)", 4000, "PORT"),
    ("const r = process.env.REDIS_PORT || 6379;\napp.listen(4000)", 4000, None),
    ("// process.env.PORT || 9999\n/* listen(1) */ app.listen(process.env.PORT || 4000)", 4000, "PORT"),
    ("const url = 'http://x//y'; app.listen(process.env.PORT || 4000)", 4000, "PORT"),
]


@pytest.mark.parametrize(("code", "number", "variable"), PORTS, ids=[case[0][:60] for case in PORTS])
def test_the_port_is_read_from_the_source(code: str, number: int, variable: str | None) -> None:
    detection = detected({"package.json": package(scripts={"start": "node a.js"}), "a.js": code})

    assert detection.port is not None
    assert (detection.port.number, detection.port.variable, detection.port.assumed) == (number, variable, False)
    assert detection.defaults.port == number


def test_keystone_is_known_before_the_next_that_it_renders_its_pages_with() -> None:
    manifest = package(scripts={"start": "keystone start"}, dependencies={"next": "16", "@keystone-6/core": "8"})

    detection = detected({"package.json": manifest, "keystone.ts": ""})

    assert detection.framework == "Keystone"
    assert detection.port is not None
    assert (detection.port.number, detection.port.variable) == (3000, "PORT")


def test_a_port_that_is_only_taken_out_of_the_environment_has_the_usual_number() -> None:
    code = "const { NODE_ENV, SERVER_PORT: port } = process.env;\napp.listen(port)"

    detection = detected({"package.json": package(scripts={"start": "node a.js"}), "a.js": code})

    assert detection.port is not None
    assert (detection.port.number, detection.port.variable, detection.port.assumed) == (3000, "SERVER_PORT", True)


def test_a_number_of_something_else_after_a_choice_is_no_port() -> None:
    code = "({ port: process.env.PORT ? to(process.env.PORT) : usual,\n  wait: 5000 })"

    detection = detected({"package.json": package(), "index.js": code})

    assert detection.port is not None
    assert (detection.port.number, detection.port.assumed) == (3000, True)


def test_the_place_of_a_port_is_its_line_with_comments_counted() -> None:
    detection = detected(
        {"package.json": package(), "src/index.js": "/* a\nb\nc */\n// d\nx.listen(process.env.PORT || 4000)"}
    )

    assert detection.port is not None
    assert detection.port.where == "src/index.js:5"


def test_a_port_in_a_test_or_a_bundle_is_no_evidence() -> None:
    files = {
        "test/a.js": "x.listen(1111)",
        "dist/a.js": "x.listen(2222)",
        "a.spec.js": "x.listen(3333)",
        "node_modules/b.js": "listen(4444)",
    }

    assert detected({"package.json": package(), "index.js": "", **files}).port is None


def test_a_variable_without_a_default_takes_the_example_files_number() -> None:
    detection = detected(
        {"package.json": package(), "index.js": "x.listen(process.env.PORT)", ".env.example": "A=1\nPORT=4321\n"}
    )

    assert detection.port is not None
    assert detection.port.number == 4321
    assert detection.port.where == "index.js:1, .env.example:2"


@pytest.mark.parametrize(
    ("dependencies", "code", "number", "variable"),
    [
        ({"@apollo/server": "4"}, "startStandaloneServer(server)", 4000, None),
        ({"apollo-server": "2"}, "server.listen().then(f)", 4000, None),
        ({"apollo-server": "2"}, "server.listen({ port: 5000 })", 5000, None),
        ({"strapi": "3"}, "strapi.start()", 1337, "PORT"),
        ({"moleculer": "0.14", "moleculer-web": "0.10"}, "broker.start()", 3000, "PORT"),
    ],
)
def test_a_framework_listens_on_its_own_port_when_the_app_names_none(
    dependencies: dict[str, str], code: str, number: int, variable: str | None
) -> None:
    detection = detected({"package.json": package(dependencies=dependencies), "index.js": code})

    assert detection.port is not None
    assert (detection.port.number, detection.port.variable) == (number, variable)


def test_another_variable_without_a_default_is_set_in_the_image() -> None:
    detection = detected({"package.json": package(), "index.js": "x.listen(process.env.SERVER_PORT)"})

    assert isinstance(detection.install, NodeInstall)
    assert detection.install.variables == {"SERVER_PORT": "3000"}


def test_a_host_variable_that_defaults_to_the_loopback_is_set_in_the_image() -> None:
    detection = detected({"package.json": package(), "index.js": "x.listen(3000, process.env.HOST || '127.0.0.1')"})

    assert isinstance(detection.install, NodeInstall)
    assert detection.install.variables == {"HOST": "0.0.0.0"}
    assert detection.problems[1:] == ()


@pytest.mark.parametrize(
    "code",
    [
        "server.listen(3000, '127.0.0.1')",
        "server.listen({ port: 3000, host: 'localhost' })",
        "const f = require('fastify')();\nf.listen({ port: 3000 })",
    ],
)
def test_an_app_on_the_loopback_alone_is_a_problem(code: str) -> None:
    detection = detected({"package.json": package(dependencies={"fastify": "4"}), "index.js": code})

    assert any("can't be reached" in problem.what for problem in detection.problems)


@pytest.mark.parametrize(
    "code",
    [
        "app.listen(port, host, () => { const shown = host ? host : 'localhost'; log(shown, 'localhost') })",
        "app.listen(3000, function () { print('on', 'localhost') })",
    ],
)
def test_what_the_callback_of_listen_prints_is_no_address(code: str) -> None:
    detection = detected({"package.json": package(dependencies={"express": "5"}), "index.js": code})

    assert not [problem for problem in detection.problems if "can't be reached" in problem.what]


HEALTH: list[tuple[dict[str, str], str | None]] = [
    ({"index.js": "const app = express();\napp.get('/health', f)"}, "/health"),
    ({"index.js": "const app = express();\napp.get('/status', f)\napp.get('/healthz', g)"}, "/healthz"),
    ({"index.js": "const app = express();\n// app.get('/health', f)"}, None),
    ({"index.js": "const app = express();\napp.get('/health/:id', f)"}, None),
    ({"index.js": "const app = express();\napp.get('/status', f)\napp.get('/status/:page', g)"}, None),
    ({"index.js": "const app = require('express')();\napp.get('/ping', f)"}, "/ping"),
    ({"index.js": "const app = new Hono();\napp.get('/health', f)"}, "/health"),
    (
        {"index.js": "const app = express(); const r = Router(); r.get('/health', f); app.use('/api', r);"},
        "/api/health",
    ),
    ({"index.js": "const r = Router(); r.get('/health', f)"}, None),
    ({"index.js": "http.createServer((req, res) => { if (req.url === '/healthz') res.end() })"}, "/healthz"),
    (
        {
            "index.js": "const app = express();\nconst h = require('./routes/health');\napp.use('/health', h)",
            "routes/health.js": "const router = Router();\nrouter.get('/', f)",
        },
        "/health",
    ),
    (
        {
            "src/app.ts": "import routes from './routes';\nconst app = express();\napp.use('/api/v1', routes)",
            "src/routes/index.ts": "import { status } from './status.js';\nconst r = Router();\nr.use('/s', status)",
            "src/routes/status.ts": "export const status = Router();\nstatus.get('/health', f)",
        },
        "/api/v1/s/health",
    ),
    (
        {
            "src/server.ts": "import { up } from '@/routes/up';\nconst app = express();\napp.use('/health', up)",
            "src/routes/up.ts": "export const up = Router();\nup.get('/', f)",
        },
        "/health",
    ),
    (
        {
            "src/app.ts": "import up from '@routes/up';\nimport x from '@s/x';\nconst app = express();\napp.use(up, x)",
            "src/routes/up.ts": "const up = Router();\nup.get('/health', f)\nexport default up",
        },
        "/health",
    ),
    (
        {
            "index.js": "const app = Fastify();\napp.register(require('./health'), { prefix: '/v1' })",
            "health.js": "module.exports = async function (fastify) { fastify.get('/health', f) }",
        },
        "/v1/health",
    ),
    ({"index.js": "const f = Fastify();\nf.route({ method: 'GET', url: '/healthz', handler })"}, "/healthz"),
    ({"index.js": "const s = Hapi.server({});\ns.route({ method: 'GET', path: '/health', handler })"}, "/health"),
    ({"index.js": "const s = new Hapi.Server({});\ns.route({ path: '/healthz', method: 'GET', handler })"}, "/healthz"),
    ({"index.js": "const s = Hapi.server({});\ns.route({ path: '/health', method: 'POST', handler })"}, None),
    ({"routes.js": "module.exports = (app) => { app.get('/health', f) }"}, "/health"),
    ({"h.controller.ts": "@Controller('health')\nexport class H {\n  @Get()\n  check() {} }"}, "/health"),
    (
        {"a.controller.ts": "@Controller()\nexport class A {\n  @Get()\n  x() {}\n  @Get('healthz')\n  y() {} }"},
        "/healthz",
    ),
    (
        {
            "main.ts": "app.setGlobalPrefix('api')",
            "h.controller.ts": "@Controller('health')\nclass H {\n @Get()\n c() {} }",
        },
        "/api/health",
    ),
    (
        {
            "main.ts": "app.setGlobalPrefix('api', { exclude: ['health'] })",
            "h.controller.ts": "@Controller('health')\nclass H {\n @Get()\n c() {} }",
        },
        "/health",
    ),
]


@pytest.mark.parametrize(("files", "path"), HEALTH)
def test_the_health_path_is_found_through_its_routers(files: dict[str, str], path: str | None) -> None:
    detection = detected({"package.json": package(), **files})

    assert (detection.health.path if detection.health else None) == path
    assert detection.defaults.health_path == path


@pytest.mark.parametrize(
    ("start", "number"),
    [
        ("PORT=4000 node a.js", 4000),
        ("cross-env NODE_ENV=production PORT=4000 node a.js", 4000),
        ("next start -p 4000", 4000),
        ("json-server db.json --port=4000", 4000),
        ("node -p 4000 a.js", 3000),
    ],
)
def test_a_port_that_the_start_command_sets_wins_over_the_source(start: str, number: int) -> None:
    detection = detected(
        {"package.json": package(scripts={"start": start}), "a.js": "listen(process.env.PORT || 3000)"}
    )

    assert detection.port is not None
    assert detection.port.number == number


def test_hapi_on_localhost_is_told_before_it_is_deployed() -> None:
    code = "const server = Hapi.server({ port: 4000, host: 'localhost' })"

    detection = detected({"package.json": package(scripts={"start": "node a.js"}), "a.js": code})

    assert "the app can't be reached from outside its container" in [problem.what for problem in detection.problems]


def test_the_place_of_a_health_path_is_the_routes_own_line() -> None:
    detection = detected({"package.json": package(), "index.js": "const app = express();\n\napp.get('/health', f)"})

    assert detection.health is not None
    assert detection.health.where == "index.js:3"


def test_a_file_of_unclosed_comments_and_quotes_is_read_in_one_pass() -> None:
    detection = detected({"package.json": package(), "index.js": "/*" * 50_000 + "`'" * 50_000})

    assert detection.port is None


@pytest.mark.timeout(60)
@pytest.mark.parametrize(
    "code",
    [
        "const {" + " PORT," * 40_000,
        "const {" + " PORT = 1," * 20_000,
        "x" + ".use(a)" * 30_000,
        ").get('/health'" * 15_000,
    ],
)
def test_a_text_that_makes_patterns_slow_is_read_in_time(code: str) -> None:
    detection = detected({"package.json": package(scripts={"start": "node a.js"}), "a.js": code[:250_000]})

    assert detection.start is not None


def test_directus_has_a_port_and_a_health_path_of_its_own() -> None:
    detection = detected(
        {"package.json": package(scripts={"start": "directus start"}, dependencies={"directus": "11"})}
    )

    assert (detection.framework, detection.defaults.port, detection.defaults.health_path) == (
        "Directus",
        8055,
        "/server/ping",
    )
