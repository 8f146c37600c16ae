"""Images outlive what is done to this host's copies of them, in the embedded registry and in any other."""

import base64
import json
from collections.abc import Iterator

import pytest

from support import registry_room
from support.ports import free_port
from support.world import Project, World, create_project, until

pytestmark = pytest.mark.exhaustive

QUICK = '[services.web]\nhealth = { path = "/", start_period = "3s", interval = "1s" }\n'
PASSWORD = "a password of another registry"


@pytest.fixture
def own_world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    world = World(root=tmp_path_factory.mktemp("registries"))
    yield world
    world.close()


@pytest.fixture
def elsewhere(own_world: World) -> Iterator[str]:
    """Another registry, to which the world's user has logged in, and which its server pushes to; its host."""
    with registry_room.somebody_elses(own_world.root / "elsewhere", free_port(), "ada", PASSWORD) as host:
        log_in(own_world, host, PASSWORD)
        own_world.elsewhere = own_world.root / "elsewhere" / "data", "acme/backends"
        own_world.environ |= {
            "FAIRWAY_REGISTRY": f"{host}/acme/backends",
            "DOCKER_CONFIG": str(own_world.root / "docker"),
        }
        yield host
        own_world.close()


def log_in(world: World, host: str, password: str) -> None:
    (world.root / "docker").mkdir(exist_ok=True)
    auth = base64.b64encode(f"ada:{password}".encode()).decode()
    (world.root / "docker" / "config.json").write_text(json.dumps({"auths": {host: {"auth": auth}}}))


def deploy(world: World, name: str) -> Project:
    world.start()
    project = create_project(world, name, toml=QUICK)
    up = project.fairway("up", "--yes")
    assert up.status == 0, up.text
    return project


def wipe(project: Project) -> str:
    """Kill the server, then remove the app's task and every trace of its image; the image's reference."""
    world = project.world
    world.kill_server()
    tasks = world.run("docker", "ps", "-aq", "--filter", f"label=fairway.app={project.app}").stdout.split()
    seen = json.loads(world.run("docker", "inspect", *tasks).stdout)[0]
    world.run("docker", "rm", "-f", *tasks)
    world.run("docker", "rmi", "-f", seen["Image"])
    assert world.run("docker", "image", "inspect", seen["Image"]).status != 0, "the image is still there"
    return str(seen["Config"]["Image"])


def test_a_live_apps_image_that_somebody_removed_is_pulled_from_the_embedded_registry(own_world: World) -> None:
    project = deploy(own_world, "pruned")
    reference = wipe(project)

    own_world.start()
    until(lambda: project.get() == (200, "one"), what="the replacement's answer")

    port = own_world.environ["FAIRWAY_REGISTRY_PORT"]
    assert reference.startswith(f"localhost:{port}/pruned@sha256:")
    assert own_world.run("docker", "image", "inspect", reference).status == 0


def test_a_killed_tasks_replacement_pulls_the_image_though_its_names_are_gone(own_world: World) -> None:
    project = deploy(own_world, "untagged")
    task = own_world.run("docker", "ps", "-q", "--filter", "label=fairway.app=untagged").stdout.strip()
    image = json.loads(own_world.run("docker", "inspect", task).stdout)[0]
    names = json.loads(own_world.run("docker", "image", "inspect", image["Image"]).stdout)[0]
    own_world.run("docker", "rmi", "-f", *names["RepoTags"], *names["RepoDigests"])
    assert own_world.run("docker", "image", "inspect", image["Config"]["Image"]).status != 0

    own_world.run("docker", "kill", task)

    def replaced() -> bool:
        running = own_world.run("docker", "ps", "-q", "--filter", "label=fairway.app=untagged").stdout.split()
        return bool(running) and task not in running and project.get() == (200, "one")

    until(replaced, what="the replacement")
    assert own_world.run("docker", "image", "inspect", image["Config"]["Image"]).status == 0


def test_images_are_pushed_to_another_registry_and_pulled_from_it_by_digest(own_world: World, elsewhere: str) -> None:
    project = deploy(own_world, "guest")
    project.version("two")
    push = project.push()
    reference = wipe(project)

    own_world.start()
    until(lambda: project.get() == (200, "two"), what="the replacement's answer")

    assert push.status == 0, push.stderr
    assert reference.startswith(f"{elsewhere}/acme/backends/guest@sha256:")
    assert not (own_world.home / "registry").exists()
    assert PASSWORD not in (own_world.home / "logs" / "server.log").read_text()


def test_a_registry_that_refuses_is_named_with_what_mends_it(own_world: World, elsewhere: str) -> None:
    log_in(own_world, elsewhere, "not " + PASSWORD)
    own_world.start()
    project = create_project(own_world, "stranger", toml=QUICK)

    up = project.fairway("up", "--yes")

    assert up.status == 1
    assert f"the registry {elsewhere} refused" in up.text and f"docker login {elsewhere}" in up.text, up.text
    assert PASSWORD not in up.text


def test_older_releases_images_stay_at_hand_when_another_registry_is_named(own_world: World, elsewhere: str) -> None:
    other = own_world.environ.pop("FAIRWAY_REGISTRY")
    project = deploy(own_world, "mover")
    own_world.fairway("server", "stop")
    own_world.environ["FAIRWAY_REGISTRY"] = other
    own_world.start()
    project.version("two")
    assert project.push().status == 0
    wipe_old = own_world.run("docker", "images", "-q", f"localhost:{own_world.environ['FAIRWAY_REGISTRY_PORT']}/mover")
    own_world.run("docker", "rmi", "-f", *set(wipe_old.stdout.split()))

    back = project.fairway("rollback", "--yes")

    assert back.status == 0, back.text
    until(lambda: project.get() == (200, "one"), what="the release from the embedded registry")


def test_old_releases_go_by_themselves_and_the_kept_ones_can_be_rolled_back_to(own_world: World) -> None:
    own_world.environ["FAIRWAY_KEEP_RELEASES"] = "2"
    project = deploy(own_world, "keeper")
    for version in ("two", "three"):
        project.version(version)
        assert project.push().status == 0

    own_world.fairway("server", "stop")
    own_world.start()  # it clears up half a minute after its start

    def numbers() -> list[int]:
        return [each["number"] for each in project.fairway("releases", "--json").json["releases"]]

    until(lambda: numbers() == [3, 2], patience=120, what="the deletion of release 1")
    log = own_world.home / "logs" / "server.log"
    until(lambda: "keeper: release 1 is deleted: production has 2 newer releases" in log.read_text(), what="the line")
    gone = project.fairway("rollback", "1", "--yes")
    back = project.fairway("rollback", "--yes")

    assert gone.status == 2 and "no release 1" in gone.text, gone.text
    assert back.status == 0, back.text
    until(lambda: project.get() == (200, "two"), what="release 2 again")


def test_doctor_wants_no_registry_program_where_images_go_elsewhere(own_world: World, elsewhere: str) -> None:
    checks = own_world.fairway("doctor", "--json").json["checks"]

    names = {check["name"] for check in checks}
    assert "HAProxy" in names
    assert not {"docker-registry", f"port {own_world.environ['FAIRWAY_REGISTRY_PORT']}"} & names
