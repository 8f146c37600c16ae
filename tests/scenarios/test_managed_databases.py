"""A database that Fairway runs, through the real command line: made with the first deployment, in the tasks' variable,
back on its data whatever kills it, and gone only for who types the app's name."""

import subprocess
import sys
from collections.abc import Iterator

import pytest

from support.world import Project, World, create_project, until

TOML = """
[databases.main]
engine = "postgres"
version = "15"
memory = "256M"

[services.web]
health = { path = "/", start_period = "3s", interval = "1s" }
"""
CONNECTS = """
const url = new URL(process.env.DATABASE_URL);
require('net').connect(url.port, url.hostname).on('connect', () => { console.log('in'); process.exit(0) })
  .on('error', error => { console.log(error.message); process.exit(1) });
"""

LOGS_IN = """
import os, psycopg
print(psycopg.connect(os.environ['DATABASE_URL']).execute('SELECT current_user').fetchone()[0])
"""


@pytest.fixture(scope="module")
def own_world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """A server of this module's own, since it is killed."""
    world = World(root=tmp_path_factory.mktemp("managed"))
    world.start()
    yield world
    world.close()


@pytest.fixture(scope="module")
def live(own_world: World) -> Iterator[Project]:
    made = create_project(own_world, "keeper", toml=TOML)
    up = made.fairway("up", "--yes")
    assert up.status == 0, up.text
    yield made
    made.fairway("down", "--delete", "--delete-data", "keeper", "--yes")


def docker(*words: str) -> str:
    return subprocess.run(["docker", *words], check=True, capture_output=True, text=True).stdout.strip()


def container(project: Project) -> str:
    return docker("ps", "-aq", "--filter", "label=fairway.database", "--filter", f"label=fairway.app={project.app}")


def psql(project: Project, sql: str) -> str:
    """What psql prints, once it gets in."""

    def try_() -> str | None:
        ran = project.fairway("db", "psql", "-e", "production", "-c", sql)
        return ran.stdout if ran.status == 0 else None

    return str(until(try_, what=f"psql: {sql}"))


def healthy(project: Project) -> bool:
    [found] = project.fairway("db", "list", "--json").json["databases"]
    return bool(found["state"] == "HEALTHY")


def rows(project: Project) -> int:
    until(lambda: healthy(project), what="a healthy database")
    return int(psql(project, "SELECT count(*) FROM notes").splitlines()[2])


@pytest.fixture(scope="module")
def noted(live: Project) -> Project:
    psql(live, "CREATE TABLE notes AS SELECT generate_series(1, 1000) AS id")
    return live


def test_a_task_reaches_its_database_by_the_variable_that_nobody_set(live: Project) -> None:
    ran = live.fairway("exec", "--", "node", "-e", CONNECTS)
    [listed] = live.fairway("env", "list", "--json").json["variables"]
    printed = live.fairway("exec", "--", "printenv", "DATABASE_URL").stdout

    assert (ran.status, ran.stdout) == (0, "in\n")
    assert (listed["name"], listed["database"], listed["set_at_version"]) == ("DATABASE_URL", "main", 0)
    assert printed.startswith("postgresql://app:") and "main.databases.internal:5432/app" in printed


def test_setting_the_variable_oneself_is_refused(live: Project) -> None:
    ran = live.fairway("env", "set", "DATABASE_URL=postgres://somewhere/else")

    assert ran.status != 0
    assert "DATABASE_URL of production is given by the database main" in ran.text


def test_a_process_on_this_host_gets_an_address_that_it_reaches(live: Project) -> None:
    until(lambda: healthy(live), what="a healthy database")

    ran = live.fairway("run", "production", "--from", "server", "--", sys.executable, "-c", LOGS_IN)

    assert (ran.status, ran.stdout) == (0, "app\n"), ran.text
    assert "DATABASE_URL is the database main of production itself, not a copy" in ran.text


def test_status_and_list_show_it(live: Project) -> None:
    until(lambda: healthy(live), what="a healthy database")

    [found] = live.fairway("db", "list", "--json").json["databases"]

    assert (found["name"], found["major"], found["memory"]) == ("main", 15, 256 * 1024 * 1024)
    assert found["bytes"] > 1_000_000
    assert found["most_sessions"] == 100
    assert "database healthy" in live.fairway("status").stdout
    assert "main of production" in live.fairway("db", "show").stdout


def test_a_failed_statement_is_the_commands_failure(noted: Project) -> None:
    ran = noted.fairway("db", "psql", "-e", "production", "-c", "SELECT * FROM nothing")

    assert ran.status == 1
    assert 'relation "nothing" does not exist' in ran.text


@pytest.mark.exhaustive
def test_a_backup_of_it_is_proven_and_stands_in_the_list(noted: Project) -> None:
    until(lambda: healthy(noted), what="a healthy database")

    ran = noted.fairway("db", "backup")

    assert ran.status == 0, ran.text
    [found] = noted.fairway("db", "list", "--json").json["databases"]
    assert found["last_backup"]["verdict"] == "VERIFIED"
    assert "1,000 rows in 1 table" in ran.text


@pytest.mark.exhaustive
def test_killed_removed_and_with_a_killed_server_it_is_back_on_its_data(noted: Project, own_world: World) -> None:
    docker("kill", container(noted))
    until(lambda: docker("inspect", "-f", "{{.State.Running}}", container(noted)) == "true", what="a new start")
    after_kill = rows(noted)
    docker("rm", "-fv", container(noted))
    until(lambda: container(noted), what="a new container")
    after_removal = rows(noted)
    own_world.kill_server()
    docker("kill", container(noted))
    own_world.start()
    after_both = rows(noted)

    assert (after_kill, after_removal, after_both) == (1000, 1000, 1000)


@pytest.mark.exhaustive
def test_a_change_of_limits_is_made_while_it_runs_and_one_of_the_version_is_refused(noted: Project) -> None:
    before = container(noted)
    noted.commit({"fairway.toml": f'app = "keeper"\n{TOML.replace("256M", "320M")}'}, "More memory")
    more = noted.fairway("up", "--yes")
    noted.commit({"fairway.toml": f'app = "keeper"\n{TOML.replace("15", "16")}'}, "Another version")
    other = noted.fairway("up", "--yes")
    noted.commit({"fairway.toml": f'app = "keeper"\n{TOML}'}, "Back")

    assert more.status == 0, more.text
    until(lambda: docker("inspect", "-f", "{{.HostConfig.Memory}}", before) == str(320 * 1024 * 1024), what="limits")
    assert container(noted) == before
    assert other.status == 1
    assert "its files are of version 15, and fairway.toml says 16" in other.text


def test_down_keeps_the_data_and_the_app_is_deleted_only_for_who_types_its_name(noted: Project) -> None:
    down = noted.fairway("down", "--yes")
    refused = noted.fairway("down", "--delete", "--yes")
    mistyped = noted.fairway("down", "--delete", "--yes", "--delete-data", "keper")
    kept = rows(noted)

    deleted = noted.fairway("down", "--delete", "--yes", "--delete-data", "keeper")

    assert down.status == 0 and "the database main stays, with its data" in down.text
    assert refused.status == 2
    assert mistyped.status != 0 and "the database main of production" in mistyped.text
    assert kept == 1000
    assert deleted.status == 0, deleted.text
    assert container(noted) == ""
    volumes = docker("volume", "ls", "-q", "--filter", "label=fairway.app=keeper")
    assert volumes == ""
