"""The names of web frameworks, by their packages, and the port that each takes when nothing names one."""

from fairway.build.detect import rendered
from fairway.build.detect.package_json import Package
from fairway.domain.detection import Health, Port

NODE = (
    ("@keystone-6/core", "Keystone"),
    ("@nestjs/core", "NestJS"), ("next", "Next.js"), ("nuxt", "Nuxt"), ("nuxt3", "Nuxt"),
    (rendered.SVELTE, "SvelteKit"), (rendered.ASTRO, "Astro"),
    ("@strapi/strapi", "Strapi"), ("strapi", "Strapi"), ("@adonisjs/core", "AdonisJS"), ("@medusajs/medusa", "Medusa"),
    ("directus", "Directus"), ("@feathersjs/feathers", "Feathers"), ("sails", "Sails"), ("@loopback/core", "LoopBack"),
    ("@remix-run/serve", "Remix"), ("@react-router/serve", "React Router"), ("fastify", "Fastify"),
    ("@hapi/hapi", "hapi"), ("hapi", "hapi"), ("koa", "Koa"),
    ("hono", "Hono"), ("restify", "Restify"), ("polka", "Polka"), ("express", "Express"),
    ("@apollo/server", "Apollo Server"), ("apollo-server", "Apollo Server"), ("graphql-yoga", "GraphQL Yoga"),
    ("micro", "micro"), ("egg", "Egg"), ("moleculer-web", "Moleculer"), ("nitropack", "Nitro"), ("nitro", "Nitro"),
)  # fmt: skip
PORTS = {
    "Astro": 4321,
    "Directus": 8055,
    "Strapi": 1337,
    "AdonisJS": 3333,
    "Medusa": 9000,
    "Sails": 1337,
    "Egg": 7001,
    "Feathers": 3030,
    "Apollo Server": 4000,
    "GraphQL Yoga": 4000,
}
HEALTH = {"Strapi": "/_health", "Medusa": "/health", "Directus": "/server/ping"}
"""The paths that a framework answers by itself, whatever the app adds."""
USUAL = 3000
BUNDLED = frozenset({"Nuxt", "Nitro", "SvelteKit", "Astro"})
# Their own start command reads PORT; with the others the app's source says it.
READ_PORT = frozenset(
    {"Next.js", "Nuxt", "Nitro", "Remix", "React Router", "Strapi", "AdonisJS", "Medusa", "Sails", "Egg", "Moleculer",
     "Keystone", "SvelteKit", "Astro", "Directus"}
)  # fmt: skip
# They listen on their own number when the app's source gives none (`server.listen()`), whatever PORT says.
FIXED = frozenset({"Apollo Server", "GraphQL Yoga"})


def name(package: Package) -> str | None:
    """The app's framework. Those that bundle all they need stand among the development dependencies."""
    found = next((title for key, title in NODE if key in package.dependencies), None)
    return found or next((title for key, title in NODE if title in BUNDLED and key in package.development), None)


def health(package: Package, where: str) -> Health | None:
    """The health path that the framework makes by itself."""
    path = HEALTH.get(name(package) or "")
    return Health(path=path, where=where) if path else None


def port(package: Package) -> int:
    """The number that is usual for the framework."""
    return PORTS.get(name(package) or "", USUAL)


def usual_port(package: Package, where: str) -> Port | None:
    """The port of a framework that reads PORT by itself or has a number of its own; None for one that leaves it to
    the app's source."""
    framework = name(package)
    if framework not in READ_PORT | FIXED:
        return None
    return Port(
        number=port(package),
        variable=None if framework in FIXED else "PORT",
        where=where,
        assumed=framework in READ_PORT,
    )
