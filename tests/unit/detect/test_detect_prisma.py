"""Prisma's client in a monorepo: made from the schema of the workspace that has it, in the install that runs."""

from fairway.build.recipe import recipe
from fairway.domain.detection import NodeInstall
from support.detect_room import detected, package

SCHEMA = 'generator client {\n provider = "prisma-client-js"\n}'
ROOT = package(private=True, workspaces=["apps/*", "libs/*"])
API = package(
    name="orders", scripts={"start": "node a.js"}, dependencies={"fastify": "5", "@shop/store": "*", "@shop/log": "*"}
)
STORE = package(name="@shop/store", dependencies={"@prisma/client": "6"}, devDependencies={"prisma": "6"})
MONOREPO = {
    "package.json": ROOT,
    "apps/orders/package.json": API,
    "apps/orders/a.js": "",
    "libs/log/package.json": package(name="@shop/log"),
    "libs/store/package.json": STORE,
    "libs/store/prisma/schema.prisma": SCHEMA,
}


def install_of(files: dict[str, str]) -> NodeInstall:
    """What is installed."""
    install = detected(files).install
    assert isinstance(install, NodeInstall)
    return install


def test_the_client_of_another_workspaces_schema_is_generated_there() -> None:
    install = install_of(MONOREPO)

    assert (install.prisma_at, install.prisma, install.in_modules, install.engines) == (
        "libs/store",
        "prisma/",
        True,
        True,
    )


def test_the_image_generates_it_in_that_folder_for_the_install_that_runs_too() -> None:
    text = recipe.dockerfile(detected(MONOREPO))

    assert text.count("COPY libs/store/prisma/ ./libs/store/prisma/") == 2
    assert text.count("cd /app/libs/store && ") == 2
    assert "PATH=/deps/libs/store/node_modules/.bin:" in text


def test_a_client_among_that_workspaces_sources_is_made_before_what_is_built_from_it() -> None:
    elsewhere = 'generator client {\n provider = "prisma-client"\n output = "../src/made"\n}'
    store = package(
        name="@shop/store",
        scripts={"build": "tsc"},
        dependencies={"@prisma/client": "6"},
        devDependencies={"prisma": "6"},
    )

    text = recipe.dockerfile(
        detected({**MONOREPO, "libs/store/package.json": store, "libs/store/prisma/schema.prisma": elsewhere})
    )

    generated, built = text.index("prisma generate"), text.index("npm run build --workspace=@shop/store")
    assert "(cd /app/libs/store && " in text
    assert generated < built


def test_a_schema_of_the_repository_itself_serves_its_apps() -> None:
    root = package(private=True, workspaces=["apps/*"], devDependencies={"prisma": "6"})
    files = {"package.json": root, "apps/orders/package.json": API, "apps/orders/a.js": ""}

    install = install_of({**files, "prisma/schema.prisma": SCHEMA})

    assert (install.prisma_at, install.prisma) == (".", "prisma/")


def test_a_workspace_that_the_app_does_not_use_brings_no_client() -> None:
    alone = package(name="orders", scripts={"start": "node a.js"}, dependencies={"fastify": "5"})

    assert install_of({**MONOREPO, "apps/orders/package.json": alone}).prisma is None


def test_the_apps_own_schema_comes_before_another_workspaces() -> None:
    own = package(
        name="orders",
        scripts={"start": "node a.js"},
        dependencies={"fastify": "5", "@shop/store": "*"},
        devDependencies={"prisma": "7"},
    )

    install = install_of({**MONOREPO, "apps/orders/package.json": own, "apps/orders/prisma/schema.prisma": SCHEMA})

    assert (install.prisma_at, install.prisma, install.engines) == ("", "prisma/", False)
