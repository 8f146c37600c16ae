"""A commit that can't be built or can't serve: the push says what, why and what to do; the release before serves on."""

import json

import pytest

from support.world import DOCKERFILE, SERVER, Project, Result, World, create_project

pytestmark = pytest.mark.exhaustive

QUICK = '[services.web]\nhealth = { path = "/", start_period = "3s", interval = "1s" }\n'
EXITS = "console.log('reading the configuration'); throw new Error('no configuration here')\n"
PACKAGE = {"name": "steadfast", "version": "1.0.0", "scripts": {"start": "node server.js"}}
LOCK = {"name": "steadfast", "version": "1.0.0", "lockfileVersion": 3, "requires": True, "packages": {"": PACKAGE}}


@pytest.fixture(scope="module")
def live(world: World) -> Project:
    """One app that every broken commit leaves serving."""
    made = create_project(world, "steadfast", toml=QUICK)
    up = made.fairway("up", "--yes")
    assert up.status == 0, up.text
    return made


def push_broken(live: Project, files: dict[str, str], *, without: tuple[str, ...] = ()) -> Result:
    """Push one commit with these files and without those; whatever it came to, the version before serves, and the
    repository is whole again."""
    for name in without:
        live.git("rm", "--quiet", name)
    live.commit(files, "Break it")
    push = live.push()
    live.git("reset", "--quiet", "--hard", "HEAD~1")
    assert live.push("--force", "-o", "fairway.no-deploy", "fairway", "master").status == 0
    assert live.get() == (200, "one")
    return push


def assert_told(push: Result, *words: str) -> None:
    """The report has a cause and all of these words."""
    assert "Cause" in push.stderr, push.stderr
    for each in words:
        assert each in push.stderr, (each, push.stderr)


def test_a_command_of_the_build_that_says_nothing_is_told_as_such(live: Project) -> None:
    push = push_broken(live, {"Dockerfile": DOCKERFILE.replace("COPY . .", "COPY . .\nRUN exit 3")})

    assert_told(push, "RUN exit 3 failed with exit code 3", "printed nothing that says why", "Fix")


def test_a_dockerfile_for_another_processor_is_told_to_leave_the_platform_out(live: Project) -> None:
    broken = DOCKERFILE.replace("FROM ", "FROM --platform=linux/riscv64 ")

    push = push_broken(live, {"Dockerfile": broken})

    assert_told(push, "node:22-slim", "asks for linux/riscv64", "leave --platform out")


def test_a_package_json_that_cant_be_read_is_told_with_its_line(live: Project) -> None:
    push = push_broken(live, {"package.json": '{\n  "name": \n}\n'}, without=("Dockerfile",))

    assert_told(push, "package.json:3", "can't be read")


def test_a_lock_file_that_does_not_match_is_told_with_the_command_that_mends_it(live: Project) -> None:
    wanted = {**PACKAGE, "dependencies": {"ms": "2.1.3"}}

    push = push_broken(
        live, {"package.json": json.dumps(wanted), "package-lock.json": json.dumps(LOCK)}, without=("Dockerfile",)
    )

    assert_told(push, "the lock file does not match package.json", "run npm install and commit the lock file")
    assert "aliases: clean-install" not in push.stderr


def test_an_app_of_another_language_is_told_by_its_name(live: Project) -> None:
    push = push_broken(live, {"go.mod": "module example.com/shop\n"}, without=("Dockerfile", "server.js", "version.js"))

    assert_told(push, "written for Go", "go.mod", "add a Dockerfile")


def test_a_repository_without_a_lock_file_is_deployed_and_init_names_the_lack(world: World) -> None:
    made = create_project(world, "lockless", toml=QUICK)
    made.git("rm", "--quiet", "Dockerfile")
    made.commit({"package.json": json.dumps(PACKAGE), "server.js": SERVER}, "Leave the Dockerfile to Fairway")

    init = made.fairway("init", "--yes")
    up = made.fairway("up", "--yes")

    assert "lock file" in init.stderr
    assert up.status == 0, up.text
    assert made.get() == (200, "one")


def test_a_first_deployment_that_fails_leaves_no_url_and_no_health_to_be_believed(world: World) -> None:
    made = create_project(world, "stillborn", toml=QUICK, files={"server.js": EXITS})

    up = made.fairway("up", "--yes")
    state = made.fairway("status", "--json").json["environments"][0]["state"]

    assert up.status == 1
    assert "stillborn-production.localhost" not in up.stdout
    assert state == "down"
