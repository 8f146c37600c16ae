"""What SvelteKit and Astro build for Node.js is started, and not the server that shows it to its developer."""

import pytest

from fairway.domain.detection import NodeInstall
from support.detect_room import detected, package

SVELTE = {"dev": "vite dev", "build": "vite build", "preview": "vite preview"}
ASTRO = {"dev": "astro dev", "start": "astro dev", "build": "astro build", "preview": "astro preview"}
CONFIG = "import adapter from '@sveltejs/adapter-node'\nexport default { kit: { adapter: adapter() } }\n"
STANDALONE = "export default defineConfig({ adapter: node({ mode: 'standalone' }) })\n"


@pytest.mark.parametrize(("settings", "made"), [("adapter()", "build"), ("adapter({ out: './made' })", "made")])
def test_sveltekit_s_build_is_started(settings: str, made: str) -> None:
    manifest = package(scripts=SVELTE, devDependencies={"@sveltejs/kit": "2", "@sveltejs/adapter-node": "5"})

    detection = detected({"package.json": manifest, "svelte.config.js": CONFIG.replace("adapter()", settings)})

    assert (detection.framework, detection.defaults.command) == ("SvelteKit", ("node", made))
    assert detection.port is not None
    assert (detection.port.number, detection.port.variable) == (3000, "PORT")
    assert [note for note in detection.notes if "ORIGIN" in note]
    assert not [problem for problem in detection.problems if "start command" in problem.what]


def test_astro_s_standalone_server_is_started_and_reached() -> None:
    manifest = package(scripts=ASTRO, dependencies={"astro": "5", "@astrojs/node": "9"})

    detection = detected({"package.json": manifest, "astro.config.mjs": STANDALONE})

    assert isinstance(detection.install, NodeInstall)
    assert (detection.framework, detection.defaults.command) == ("Astro", ("node", "dist/server/entry.mjs"))
    assert (detection.defaults.port, detection.install.variables["HOST"]) == (4321, "0.0.0.0")


@pytest.mark.parametrize(
    ("scripts", "packages", "files"),
    [
        (SVELTE, {"@sveltejs/kit": "2", "@sveltejs/adapter-static": "3"}, {}),
        ({"dev": "vite dev"}, {"@sveltejs/adapter-node": "5"}, {"svelte.config.js": CONFIG}),
        (ASTRO, {"astro": "5"}, {}),
        (ASTRO, {"@astrojs/node": "9"}, {"astro.config.mjs": STANDALONE.replace("standalone", "middleware")}),
    ],
    ids=["static", "no build", "pages", "middleware"],
)
def test_pages_without_such_a_server_are_told_as_a_development_server(
    scripts: dict[str, str], packages: dict[str, str], files: dict[str, str]
) -> None:
    detection = detected({"package.json": package(scripts=scripts, devDependencies=packages), **files})

    assert [problem for problem in detection.problems if "development server" in problem.what]


def test_a_server_of_one_s_own_around_sveltekit_is_started() -> None:
    scripts = {**SVELTE, "start": "node server.js"}

    detection = detected(
        {"package.json": package(scripts=scripts, devDependencies={"@sveltejs/adapter-node": "5"}), "server.js": ""}
    )

    assert detection.defaults.command == ("node", "server.js")
