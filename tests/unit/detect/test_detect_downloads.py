"""What an install would fetch beside its packages, the password that it needs, and what a build is told."""

import pytest

from fairway.build.recipe import recipe
from fairway.domain.detection import NodeInstall
from support.detect_room import detected, package

START = {"start": "node a.js"}


@pytest.mark.parametrize(
    ("listed", "told"),
    [
        (
            {"dependencies": {"puppeteer": "23"}},
            {"PUPPETEER_SKIP_DOWNLOAD": "1", "PUPPETEER_SKIP_CHROMIUM_DOWNLOAD": "1"},
        ),
        ({"devDependencies": {"cypress": "13"}}, {"CYPRESS_INSTALL_BINARY": "0"}),
        ({"devDependencies": {"mongodb-memory-server": "10"}}, {"MONGOMS_DISABLE_POSTINSTALL": "1"}),
        ({"dependencies": {"puppeteer-core": "23", "express": "5"}}, {}),
    ],
)
def test_an_install_fetches_no_browser_and_no_server_for_tests(listed: dict[str, object], told: dict[str, str]) -> None:
    detection = detected({"package.json": package(scripts=START, **listed), "a.js": ""})

    assert isinstance(detection.install, NodeInstall)
    assert detection.install.build_variables == told


def test_what_the_build_is_told_is_not_in_the_image() -> None:
    manifest = package(scripts=START, devDependencies={"cypress": "13"})

    before, _, final = recipe.dockerfile(detected({"package.json": manifest, "a.js": ""})).rpartition("FROM ")

    assert 'CYPRESS_INSTALL_BINARY="0"' in before
    assert "CYPRESS" not in final


def test_a_browser_that_the_app_starts_itself_is_told_as_lacking() -> None:
    app = detected({"package.json": package(scripts=START, dependencies={"puppeteer": "23"}), "a.js": ""})
    tests = detected({"package.json": package(scripts=START, devDependencies={"puppeteer": "23"}), "a.js": ""})

    assert [problem.what for problem in app.problems if "browser" in problem.what] == [
        "puppeteer starts a browser, and the image has none"
    ]
    assert not [problem for problem in tests.problems if "browser" in problem.what]


def test_a_build_whose_schema_can_be_told_to_wait_for_the_start_is_told_so() -> None:
    env = "export const env = createEnv({ skipValidation: !!process.env.SKIP_ENV_VALIDATION })"
    files = {"package.json": package(scripts={"start": "next start", "build": "next build"}), "package-lock.json": "{}"}

    with_it, without = detected({**files, "src/env.js": env}), detected({**files, "src/env.js": ""})

    assert isinstance(with_it.install, NodeInstall) and isinstance(without.install, NodeInstall)
    assert with_it.install.build_variables == {"SKIP_ENV_VALIDATION": "1"}
    assert without.install.build_variables == {}


NPMRC = "# ${OLD}\n@acme:registry=https://npm.acme.example\n//npm.acme.example/:_authToken=${NPM_TOKEN}\n"
LACKING = ".npmrc reads NPM_TOKEN, and a build has no variables"


@pytest.mark.parametrize(
    ("files", "told"),
    [
        ({".npmrc": NPMRC}, [LACKING]),
        ({".npmrc": NPMRC, "fairway.toml": 'app = "a"\n[build]\nsecrets = ["NPM_TOKEN"]\n'}, []),
        ({".npmrc": NPMRC, "fairway.toml": 'app = "a"\n[build]\nsecrets = ["OTHER"]\n'}, [LACKING]),
        ({".yarnrc.yml": 'npmAuthToken: "${TOKEN}"\n'}, [".yarnrc.yml reads TOKEN, and a build has no variables"]),
        ({".yarnrc.yml": 'npmAuthToken: "${TOKEN:-}"\n'}, []),
        ({".npmrc": "save-exact=true\n"}, []),
    ],
)
def test_a_registry_s_password_is_asked_for_as_a_secret_of_the_build(files: dict[str, str], told: list[str]) -> None:
    detection = detected({"package.json": package(scripts=START), "a.js": "", "package-lock.json": "{}", **files})

    assert [problem.what for problem in detection.problems] == told
    assert all("--service build" in problem.fix and problem.where for problem in detection.problems)
