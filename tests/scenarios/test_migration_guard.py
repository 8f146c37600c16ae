"""The migration guard through the real command line, on a database that Fairway runs: a good migration goes live, one
that fails on production's data never reaches it, a killed server's is found again; and no request fails meanwhile."""

import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from support.world import THOUGHT, Project, World, create_project, until

pytestmark = pytest.mark.exhaustive

TOML = """
[databases.main]
engine = "postgres"
version = "15"
memory = "256M"

[migrations]
tool = "sql"
directory = "migrations"

[[migrations.smoke]]
path = "/"

[services.web]
port = 3000
health = { path = "/", start_period = "5s", interval = "1s" }
"""
ORDERS = "CREATE TABLE orders (id bigint PRIMARY KEY, code text);\n"
FILL = "INSERT INTO orders SELECT n, CASE WHEN n % 3 > 0 THEN 'c' || n END FROM generate_series(1, 900) n"
STATE = "SELECT count(*), sum(id), count(code) FROM orders"


@pytest.fixture(scope="module")
def own_world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """A server of this module's own, since it is killed."""
    world = World(root=tmp_path_factory.mktemp("guarded"))
    world.start()
    yield world
    world.close()


@pytest.fixture(scope="module")
def live(own_world: World) -> Iterator[Project]:
    made = create_project(own_world, "guarded", toml=TOML, files={"migrations/1_orders.sql": ORDERS})
    up = made.fairway("up", "--yes")
    assert up.status == 0, up.text
    psql(made, FILL)
    yield made
    made.fairway("down", "--delete", "--delete-data", "guarded", "--yes")


def psql(project: Project, sql: str) -> str:
    """What psql prints."""
    ran = project.fairway("db", "psql", "-e", "production", "-c", sql)
    assert ran.status == 0, ran.text
    return ran.stdout


def columns(project: Project) -> str:
    sql = "SELECT string_agg(column_name, ' ' ORDER BY column_name) FROM information_schema.columns"
    return psql(project, f"{sql} WHERE table_name = 'orders'").splitlines()[2].strip()


@contextmanager
def visited(project: Project) -> Iterator[list[tuple[int, str]]]:
    """Requests, one after the other, as long as the context lasts; those that were not answered well."""
    failed: list[tuple[int, str]] = []
    over = threading.Event()

    def visit() -> None:
        while not over.wait(THOUGHT):
            status, body = project.get("/")
            if status != 200:
                failed.append((status, body))

    visitor = threading.Thread(target=visit)
    visitor.start()
    try:
        yield failed
    finally:
        over.set()
        visitor.join()


def passages(project: Project) -> list[dict[str, object]]:
    found: list[dict[str, object]] = project.fairway("migrate", "--history", "--json").json["passages"]
    return found


def left(world: World) -> str:
    """Copies, trials and migrations of the world's server that still stand."""
    own = f"label=fairway.instance={(world.home / 'instance').read_text().strip()}"
    found = []
    for label in ("fairway.scratch", "fairway.trial", "fairway.passage"):
        words = ["docker", "ps", "-aq", "--filter", own, "--filter", f"label={label}"]
        found.append(subprocess.run(words, check=True, capture_output=True, text=True).stdout)
    return "".join(found)


def test_a_good_migration_goes_live_with_the_release(live: Project) -> None:
    before = psql(live, STATE)
    live.commit({"migrations/2_coupon.sql": "ALTER TABLE orders ADD COLUMN coupon text;\n"}, "Add coupons")

    with visited(live) as failed:
        pushed = live.push()

    assert pushed.status == 0, pushed.text
    assert columns(live) == "code coupon id"
    assert psql(live, STATE) == before
    assert failed == []
    newest = passages(live)[0]
    assert (newest["status"], newest["outcome"]) == ("MIGRATED", "APPLIED")
    assert "2_coupon.sql" in live.fairway("migrate", "--report", str(newest["number"])).stdout


def test_what_has_nulls_in_production_is_stopped_with_the_reason(live: Project) -> None:
    before, release = psql(live, STATE), live.get("/")
    live.commit({"migrations/3_code.sql": "ALTER TABLE orders ALTER COLUMN code SET NOT NULL;\n"}, "Require codes")

    with visited(live) as failed:
        pushed = live.push()
    live.git("revert", "--no-edit", "HEAD")

    assert "production  ✗" in pushed.text
    assert 'column "code" of relation "orders" contains null values' in pushed.text
    assert "UPDATE orders SET code = … WHERE code IS NULL" in pushed.text
    assert "the database was not touched" in pushed.text
    assert (psql(live, STATE), live.get("/")) == (before, release)
    assert failed == []


def test_a_rehearsal_alone_changes_nothing(live: Project) -> None:
    found = live.fairway("migrate", "--rehearse", "--json")

    assert found.json["status"] == "FAILED", found.text  # the newest image is still the one that has nulls to mind
    assert found.status == 1
    assert columns(live) == "code coupon id"


def test_a_server_that_is_killed_while_it_migrates_is_followed_by_one_that_finds_out(
    live: Project, own_world: World
) -> None:
    slow = "ALTER TABLE orders ADD COLUMN note text;\nSELECT pg_sleep(12);\n"
    live.commit({"migrations/3_note.sql": slow}, "Add notes")
    pushing = threading.Thread(target=live.push)
    pushing.start()
    until(lambda: passages(live)[0]["status"] == "MIGRATING", patience=120, what="a migration under way")

    with visited(live) as failed:
        own_world.kill_server()
        pushing.join()
        own_world.start()
        until(lambda: passages(live)[0]["status"] == "MIGRATED", patience=120, what="the end of the migration")

    assert columns(live) == "code coupon id note"
    names = psql(live, "SELECT count(*), count(DISTINCT name) FROM fairway_migrations").splitlines()[2].split("|")
    assert [each.strip() for each in names] == ["3", "3"]
    assert failed == []
    until(lambda: left(own_world) == "", patience=120, what="an empty host")
