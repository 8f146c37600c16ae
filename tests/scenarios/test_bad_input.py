"""What bad input gets: a clear error, a non-zero status, and nothing changed."""

import json
import urllib.error
import urllib.request
from collections.abc import Callable
from pathlib import Path

import pytest

from support.world import DOCKERFILE, Project, World, create_project

pytestmark = pytest.mark.exhaustive

Make = Callable[..., Project]
QUICK = '[services.web]\nhealth = { path = "/", start_period = "3s", interval = "1s" }\n'


@pytest.fixture(scope="module")
def live(world: World) -> Project:
    """One live app that every bad input leaves untouched."""
    made = create_project(world, "untouched", toml=QUICK)
    up = made.fairway("up", "--yes")
    assert up.status == 0, up.text
    return made


def assert_untouched(live: Project) -> None:
    live.git("reset", "--quiet", "--hard", "HEAD")
    assert live.get()[0] == 200


def test_a_broken_fairway_toml_shows_every_finding_at_once_with_its_line(live: Project) -> None:
    broken = 'app = "untouched"\n[services.web]\nprot = 3000\nreplicas = -1\n[environments.production]\ndomains = 5\n'
    live.commit({"fairway.toml": broken}, "Break it")

    push = live.push()

    for words in ("fairway.toml:3", "prot", "port", "fairway.toml:4", "replicas", "fairway.toml:6", "domains"):
        assert words in push.stderr, push.stderr
    live.commit({"fairway.toml": f'app = "untouched"\n{QUICK}'}, "Mend it")
    assert_untouched(live)


def test_a_service_that_needs_more_than_the_host_has_is_refused_before_anything_is_built(live: Project) -> None:
    live.commit({"fairway.toml": f'app = "untouched"\n{QUICK}memory = "900G"\n'}, "Ask for too much")

    push = live.push()
    scale = live.fairway("scale", "web=1000")

    assert "web of production needs more than this host has" in push.stderr
    assert "it asks for 1 x 900 GB; the host has" in push.stderr
    assert "build" not in push.stderr.split("Cause")[0].split("source")[-1]
    assert scale.status == 1
    assert "production of untouched does not fit on this host" in scale.text
    assert "web needs 1000 x 512 MB = 500 GB; the host has" in scale.text
    live.commit({"fairway.toml": f'app = "untouched"\n{QUICK}'}, "Mend it")
    assert_untouched(live)


def test_a_repository_that_nothing_can_be_made_of_is_refused(project: Make) -> None:
    made = project()
    made.git("rm", "-q", "Dockerfile", "server.js", "version.js")
    made.commit({"README": "nothing here"}, "Remove the backend")

    up = made.fairway("up", "--yes")

    assert up.status == 1
    assert "package.json" in up.text and "Dockerfile" in up.text


def test_a_base_image_that_cant_be_pulled_is_named(project: Make) -> None:
    made = project(files={"Dockerfile": DOCKERFILE.replace("node:22-slim", "localhost:1/nobody/nothing:9")})

    up = made.fairway("up", "--yes")

    assert up.status == 1
    assert "localhost:1/nobody/nothing:9" in up.text


def test_an_empty_repository_says_that_there_is_no_commit(world: World, tmp_path: Path) -> None:
    world.run("git", "init", "--quiet", str(tmp_path))

    up = world.fairway("up", "--yes", cwd=tmp_path)

    assert up.status == 2
    assert "commit" in up.text


def test_a_directory_without_a_repository_is_refused(world: World, tmp_path: Path) -> None:
    up = world.fairway("up", "--yes", cwd=tmp_path)

    assert up.status == 2
    assert "git" in up.text


def test_an_app_name_that_exists_is_refused(live: Project, world: World) -> None:
    stranger = Project(world=world, app="untouched", path=world.root / "stranger")
    stranger.path.mkdir()
    stranger.git("init", "--quiet", "--initial-branch", "master")
    stranger.commit({"fairway.toml": 'app = "untouched"\n', "Dockerfile": DOCKERFILE}, "Another one")

    up = stranger.fairway("up", "--yes")

    assert up.status in (1, 2)
    assert "untouched" in up.text
    assert_untouched(live)


def test_a_wrong_token_is_refused_by_the_api_and_by_git(live: Project, world: World) -> None:
    port = world.environ["FAIRWAY_PORT"]
    request = urllib.request.Request(f"http://127.0.0.1:{port}/api/v1/apps", headers={"Authorization": "Bearer wrong"})
    with pytest.raises(urllib.error.HTTPError) as refused:
        urllib.request.urlopen(request, timeout=5)
    problem = json.loads(refused.value.read())

    push = live.git("push", f"http://x:wrong@localhost:{port}/git/untouched.git", "HEAD:master")

    assert refused.value.code == 401 and "token" in problem["title"]
    assert push.status != 0
    assert_untouched(live)


def test_a_push_by_force_is_deployed_and_said(project: Make) -> None:
    made = project(toml=QUICK)
    made.fairway("up", "--yes")
    made.commit({"version.js": "module.exports = 'forced'\n"}, "Version forced")
    made.git("commit", "--quiet", "--amend", "--message", "Rewritten")
    made.version("two")
    made.push()
    made.git("reset", "--quiet", "--hard", "HEAD~1")
    made.commit({"version.js": "module.exports = 'other'\n"}, "Another history")

    plain = made.push()
    forced = made.push("--force", "fairway", "master")

    assert plain.status != 0
    assert forced.status == 0 and "force" in forced.stderr
    assert made.get() == (200, "other")


def test_lfs_pointers_without_their_content_are_named(live: Project) -> None:
    pointer = "version https://git-lfs.github.com/spec/v1\noid sha256:" + "4d" * 32 + "\nsize 12345\n"
    live.commit({"model.bin": pointer, ".gitattributes": "*.bin filter=lfs -text\n"}, "Add a pointer")

    push = live.push()

    assert "model.bin" in push.stderr and "LFS" in push.stderr, push.stderr
    live.git("rm", "--quiet", "model.bin", ".gitattributes")
    live.commit({}, "Take it out again")
    assert_untouched(live)


def test_submodules_that_cant_be_fetched_are_named(live: Project) -> None:
    live.write({".gitmodules": '[submodule "lib"]\n\tpath = lib\n\turl = http://localhost:1/lib.git\n'})
    live.git("update-index", "--add", "--cacheinfo", f"160000,{'1' * 40},lib")
    live.git("add", ".gitmodules")
    live.git("commit", "--quiet", "--message", "Add a submodule")

    push = live.push()

    assert "submodule" in push.stderr and "lib" in push.stderr, push.stderr
    live.git("reset", "--quiet", "--hard", "HEAD~1")
    assert live.get()[0] == 200


def test_a_path_with_spaces_and_other_letters_is_built(project: Make) -> None:
    made = project(toml=QUICK, files={"Über uns/наша страница.txt": "ahoy\n"})

    up = made.fairway("up", "--yes")

    assert up.status == 0, up.text
    assert made.get() == (200, "one")


def test_a_port_that_is_taken_is_named_when_the_server_starts(world: World, tmp_path: Path) -> None:
    other = World(root=tmp_path)
    other.environ["FAIRWAY_PORT"] = world.environ["FAIRWAY_PORT"]

    start = other.fairway("server", "start")

    assert start.status != 0
    assert world.environ["FAIRWAY_PORT"] in start.text


def test_a_server_without_docker_says_so(tmp_path: Path) -> None:
    world = World(root=tmp_path, environ={"DOCKER_HOST": "unix:///nowhere/docker.sock"})
    try:
        up = create_project(world, "dockerless").fairway("up", "--yes")
    finally:
        world.fairway("server", "stop", "--all")

    assert up.status != 0
    assert "Docker" in up.text and "doctor" in up.text


def test_no_server_gives_exit_status_3_and_the_next_command(tmp_path: Path) -> None:
    world = World(root=tmp_path)

    status = world.fairway("status", "--app", "nobody")

    assert status.status == 3
    assert "fairway server start" in status.text


def test_an_unknown_app_release_and_execution_are_usage_errors(live: Project) -> None:
    for command in (["status", "--app", "untuched"], ["rollback", "999", "--yes"], ["show", "999"]):
        result = live.fairway(*command)
        assert result.status == 2, (command, result.text)
    assert "untouched" in live.fairway("status", "--app", "untuched").text


def test_a_full_disk_during_a_build_is_named(project: Make) -> None:
    # /dev/full answers every write as a full disk does, without filling the one that everybody shares.
    filled = DOCKERFILE.replace("COPY . .", "COPY . .\nRUN cat server.js > /dev/full")
    made = project(files={"Dockerfile": filled})

    up = made.fairway("up", "--yes")

    assert up.status == 1
    assert "No space left" in up.text or "disk is full" in up.text
