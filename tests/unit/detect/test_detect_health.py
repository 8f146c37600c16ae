"""A health path with every prefix that stands before it, in the ways that frameworks set one; or none at all."""

import pytest

from support.detect_room import detected, package

UP = "const router = Router();\nrouter.get('/health', f);\nexport default router"
PART = "const part = new Hono();\npart.get('/health', f);\nexport default part"
HERE = "import up from './up';\nconst app = express();\n"
HONO = "import up from './up';\nconst app = new Hono();\n"
CLASS = "@Controller('health')\nexport class Up {\n  @Get()\n  check() {}\n}"
URI = "app.enableVersioning({ type: VersioningType.URI, defaultVersion: '1' });\n"
ADONIS = "import router from '@adonisjs/core/services/router'\n"
AUTOLOAD = "import AutoLoad from '@fastify/autoload'\nexport default async function main(fastify, opts) {\n"
PLUGIN = "export default async (fastify) => { fastify.get('/', f) }"

Case = tuple[str, dict[str, str], str | None]

PREFIXES: list[Case] = [
    ("a constant", {"a.ts": HERE + "const BASE = '/api';\napp.use(BASE, up)", "up.ts": UP}, "/api/health"),
    (
        "a constant of another file",
        {
            "a.ts": "import { BASE } from './b';\n" + HERE + "app.use(BASE, up)",
            "b.ts": "export const BASE = '/api'",
            "up.ts": UP,
        },
        "/api/health",
    ),
    (
        "a key of the configuration",
        {
            "a.ts": HERE + "app.use(config.api.prefix, up)",
            "b.ts": "export default { api: { prefix: '/api' } }",
            "up.ts": UP,
        },
        "/api/health",
    ),
    (
        "a key with two values",
        {
            "a.ts": HERE + "app.use(config.api.prefix, up)",
            "b.ts": "const a = { prefix: '/a' }, b = { prefix: '/b' }",
            "up.ts": UP,
        },
        None,
    ),
    (
        "a variable's default",
        {"a.ts": HERE + "const base = process.env.BASE || '/api';\napp.use(base, up)", "up.ts": UP},
        "/api/health",
    ),
    ("a template", {"a.ts": HERE + "const V = 'v2';\napp.use(`/api/${V}`, up)", "up.ts": UP}, "/api/v2/health"),
    ("a template that can't be told", {"a.ts": HERE + "app.use(`/api/${pick()}`, up)", "up.ts": UP}, None),
    ("a name of a path that nothing defines", {"a.ts": HERE + "app.use(API_PREFIX, up)", "up.ts": UP}, None),
    (
        "another route beside one that can't be told",
        {"a.ts": HERE + "app.get('/up', f);\napp.use(BASE, up)", "up.ts": UP},
        "/up",
    ),
    ("middleware before the router", {"a.ts": HERE + "app.use(limiter, up)", "up.ts": UP}, "/health"),
    (
        "a call over several lines",
        {"a.ts": HERE + "app.use(\n  '/api',\n  cors(),\n  up,\n);", "up.ts": UP},
        "/api/health",
    ),
    (
        "routers in routers of one file",
        {"a.ts": "const app = express();\nv1.get('/health', f);\napi.use('/v1', v1);\napp.use('/api', api);"},
        "/api/v1/health",
    ),
    (
        "a router below an application that is handed in",
        {"a.js": "module.exports = (app) => { const r = Router(); r.get('/health', f); app.use('/api', r) }"},
        "/api/health",
    ),
    ("several paths of one route", {"a.js": "const app = express();\napp.get(['/healthz', '/ready'], f)"}, "/healthz"),
    ("routers that mount each other", {"a.js": "r.get('/health', f);\na.use(r, b);\nb.use(r, a);\nr.use(a, b)"}, None),
    (
        "Koa's own prefix",
        {
            "a.js": "const app = new Koa();\nconst r = new Router({ prefix: '/api' });\n"
            "r.get('/health', f);\napp.use(r.routes())"
        },
        "/api/health",
    ),
    (
        "Koa's prefix set later",
        {"a.js": "const app = new Koa();\nr.prefix('/v1');\nr.get('/health', f);\napp.use(r.routes())"},
        "/v1/health",
    ),
    (
        "Koa's prefix that can't be told",
        {
            "a.js": "const app = new Koa();\nconst r = new Router({ prefix: base() });\n"
            "r.get('/health', f);\napp.use(r.routes())"
        },
        None,
    ),
    ("Hono's parts are applications too", {"a.ts": HONO + "app.route('/api', up)", "up.ts": PART}, "/api/health"),
    ("Hono's base path", {"a.ts": "const app = new Hono().basePath('/api');\napp.get('/health', f)"}, "/api/health"),
    (
        "Hono's chain",
        {"a.ts": HONO.replace("()", "()\n  .basePath('/api')") + "app.route('/a', a).route('/sys', up)", "up.ts": PART},
        "/api/sys/health",
    ),
    (
        "Express's chain",
        {
            "a.ts": "const app = express();\napp\n  .disable('x-powered-by')\n  .use(cors())\n"
            "  .get('/m/:name', (q, r) => r.json({ a: ')' }))\n  .get('/status', f);"
        },
        "/status",
    ),
    ("a chain on what is made", {"a.ts": "const app = new Hono().use(log()).get('/health', f)"}, "/health"),
    (
        "a router's chain",
        {
            "a.js": HERE + "app.use(cors()).use('/api', up)",
            "up.js": "module.exports = express.Router().get('/health', f)",
        },
        "/api/health",
    ),
    (
        "a router's chain below a prefix",
        {"a.ts": HERE + "app.use(cors()).use('/api', up)", "up.ts": UP.replace("router.get", "router.use(f).get")},
        "/api/health",
    ),
    ("the chain of what asks another server", {"a.ts": "const app = express();\nask(url).get('/health')"}, None),
    (
        "Hono's described route",
        {
            "a.ts": "const app = new OpenAPIHono();\nconst up = createRoute({\n  method: 'get',\n"
            "  path: '/health',\n});\napp.openapi(up, f)"
        },
        "/health",
    ),
    (
        "Hono's described route of another method",
        {"a.ts": "const app = new OpenAPIHono();\napp.openapi(createRoute({ method: 'post', path: '/health' }), f)"},
        None,
    ),
    (
        "Fastify's prefix on a line of its own",
        {
            "a.ts": "import up from './up';\nconst app = fastify();\napp.register(up, {\n  prefix: '/v1',\n});",
            "up.ts": PLUGIN,
        },
        None,
    ),
    (
        "Fastify's prefix before a route's own path",
        {
            "a.ts": "import up from './up';\nconst app = fastify();\napp.register(up, {\n  prefix: '/health',\n});",
            "up.ts": PLUGIN,
        },
        "/health",
    ),
    (
        "Fastify's functions, with a parameter of the application's name",
        {
            "a.ts": "const app = Fastify();\napp.register(async (app) => {\n  app.get('/health', f)\n"
            "}, { prefix: '/v1' })"
        },
        "/v1/health",
    ),
    (
        "Fastify's functions in functions",
        {
            "a.ts": "import up from './up';\nconst app = Fastify();\n"
            "app.register(async (i) => { i.register(up, { prefix: '/health' }) }, { prefix: '/v1' })",
            "up.ts": PLUGIN,
        },
        "/v1/health",
    ),
    (
        "Fastify's autoload names a route by its folder",
        {
            "app.js": AUTOLOAD
            + "  fastify.register(AutoLoad, { dir: join(import.meta.dirname, 'routes'), options: opts })\n}",
            "routes/health/index.js": PLUGIN,
        },
        "/health",
    ),
    (
        "Fastify's autoload with a prefix for all",
        {
            "app.js": AUTOLOAD + "  fastify.register(AutoLoad, {\n    dir: join(__dirname, 'routes'),\n"
            "    options: { prefix: '/api' },\n  })\n}",
            "routes/sys/ready.js": "export default async (fastify) => { fastify.get('/ready', f) }",
        },
        "/api/sys/ready",
    ),
    (
        "Fastify's autoload with a file that names its own prefix",
        {
            "app.js": AUTOLOAD + "  fastify.register(AutoLoad, { dir: join(__dirname, 'routes') })\n}",
            "routes/sys/a.js": "export const autoPrefix = '/x'\nexport default async (i) => { i.get('/health', f) }",
        },
        None,
    ),
    (
        "hapi's plugin",
        {
            "server.js": "import { up } from './up'\nconst server = Hapi.server({ port: 1 })\n"
            "server.register([\n  log,\n  up,\n])",
            "up.js": "import { route } from './route'\n"
            "export const up = { register: (server) => { server.route([route]) } }",
            "route.js": "export const route = { method: 'GET', path: '/health', handler }",
        },
        "/health",
    ),
    (
        "hapi's plugin with a prefix",
        {
            "server.js": "import { up } from './up'\nconst server = Hapi.server()\n"
            "server.register({ plugin: up, routes: { prefix: '/api' } })",
            "up.js": "const route = { method: 'GET', path: '/health', handler }\n"
            "export const up = { register: (server) => { server.route(route) } }",
        },
        "/api/health",
    ),
    (
        "Elysia's own prefix",
        {"a.ts": "const app = new Elysia({ prefix: '/api' });\napp.get('/health', f)"},
        "/api/health",
    ),
]

CLASSES: list[Case] = [
    ("a prefix in a constant", {"main.ts": "const P = 'api';\napp.setGlobalPrefix(P)", "up.ts": CLASS}, "/api/health"),
    (
        "a prefix that can't be told",
        {"main.ts": "app.setGlobalPrefix(\n  config.get('prefix'),\n)", "up.ts": CLASS},
        None,
    ),
    (
        "a prefix that can't be told, and leaves the path out",
        {"main.ts": "app.setGlobalPrefix(config.get('prefix'), { exclude: ['/health'] })", "up.ts": CLASS},
        "/health",
    ),
    (
        "an exception for all below a path",
        {
            "main.ts": "app.setGlobalPrefix(p(), { exclude: ['health/(.*)'] })",
            "up.ts": "@Controller('health')\nclass Up {\n  @Get('live')\n  live() {}\n}",
        },
        "/health/live",
    ),
    (
        "an exception of another name",
        {"main.ts": "app.setGlobalPrefix('api', { exclude: ['healthz'] })", "up.ts": CLASS},
        "/api/health",
    ),
    ("a default version", {"main.ts": URI, "up.ts": CLASS}, "/v1/health"),
    (
        "a default version behind a prefix",
        {"main.ts": URI + "app.setGlobalPrefix('api')", "up.ts": CLASS},
        "/api/v1/health",
    ),
    (
        "no version",
        {"main.ts": URI, "up.ts": CLASS.replace("'health'", "{ path: 'health', version: VERSION_NEUTRAL }")},
        "/health",
    ),
    (
        "a version of its own",
        {"main.ts": "app.enableVersioning();", "up.ts": CLASS.replace("'health'", "{ version: '2', path: 'health' }")},
        "/v2/health",
    ),
    ("a version without its mark", {"main.ts": URI.replace("'1'", "'1', prefix: false"), "up.ts": CLASS}, "/1/health"),
    (
        "a version of the method",
        {"main.ts": "app.enableVersioning();", "up.ts": CLASS.replace("@Get", "@Version('2')\n  @Get")},
        None,
    ),
    (
        "a version in a header",
        {
            "main.ts": "app.enableVersioning({ type: VersioningType.HEADER, header: 'x' });",
            "up.ts": CLASS.replace("'health'", "{ path: 'health', version: '1' }"),
        },
        None,
    ),
    (
        "modules below a path",
        {"main.ts": "RouterModule.register([{ path: 'admin', module: M }])", "up.ts": CLASS},
        None,
    ),
    ("Ts.ED mounts elsewhere", {"up.ts": "import { Controller } from '@tsed/di'\n" + CLASS}, None),
    (
        "routing-controllers' prefix",
        {
            "main.ts": "createExpressServer({ routePrefix: '/api', controllers })",
            "up.ts": CLASS.replace("@C", "@JsonC"),
        },
        "/api/health",
    ),
    (
        "LoopBack",
        {"up.ts": "import { get } from '@loopback/rest'\nclass Up {\n  @get('/ping', ok)\n  ping() {}\n}"},
        "/ping",
    ),
    (
        "LoopBack below a base path",
        {
            "main.ts": "app.basePath('/api')",
            "up.ts": "import { get } from '@loopback/rest'\nclass Up {\n  @get('/ping')\n  p() {}\n}",
        },
        None,
    ),
]

GIVEN: list[Case] = [
    ("AdonisJS", {"start/routes.ts": ADONIS + "router.get('/health', f)"}, "/health"),
    (
        "AdonisJS's groups",
        {
            "start/routes.ts": ADONIS
            + "router.group(() => {\n  router.group(() => { router.get('health', f) }).prefix('v1')\n"
            "}).as('x').prefix('/api')"
        },
        "/api/v1/health",
    ),
    (
        "AdonisJS's group that is guarded",
        {"start/routes.ts": ADONIS + "router.group(() => { router.get('/health', f) }).use(middleware.auth())"},
        None,
    ),
    ("under-pressure", {"a.js": "app.register(pressure, { exposeStatusRoute: true })"}, "/status"),
    ("under-pressure's path", {"a.js": "app.register(pressure, { exposeStatusRoute: '/alive' })"}, "/alive"),
    (
        "under-pressure's options",
        {"a.js": "app.register(p, { exposeStatusRoute: { routeOpts: {}, url: '/alive' } })"},
        "/alive",
    ),
    (
        "terminus",
        {
            "a.js": "import { createTerminus } from '@godaddy/terminus'\n"
            "createTerminus(s, { healthChecks: { '/healthz': f } })"
        },
        "/healthz",
    ),
]


@pytest.mark.parametrize(
    ("name", "files", "path"), [*PREFIXES, *CLASSES, *GIVEN], ids=[case[0] for case in (*PREFIXES, *CLASSES, *GIVEN)]
)
def test_a_health_path_is_told_with_all_its_prefixes_or_not_at_all(
    name: str, files: dict[str, str], path: str | None
) -> None:
    detection = detected({"package.json": package(), **files})

    assert (detection.health.path if detection.health else None) == path, name


@pytest.mark.parametrize(
    ("lists", "path"), [({"@strapi/strapi": "5"}, "/_health"), ({"@medusajs/medusa": "2"}, "/health")]
)
def test_the_path_that_a_framework_answers_by_itself_comes_first(lists: dict[str, str], path: str) -> None:
    files = {"package.json": package(dependencies=lists), "index.js": "const app = express();\napp.get('/healthz', f)"}

    detection = detected(files)

    assert detection.health is not None
    assert (detection.health.path, detection.health.where) == (path, "package.json")
