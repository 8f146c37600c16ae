"""`[migrations]` of an app on AWS: what the guard can't do there is refused at its line."""

import pytest

from fairway.domain.migrations import CopyBy
from fairway.errors import Finding, UsageError
from fairway.manifest.load import load

HEAD = 'app = "a"\n'
AWS = '[aws]\nregion = "eu-central-1"\nrepository = { provider = "github", name = "acme/shop" }\n'
MIGRATIONS = '[migrations]\ncommand = "npm run migrate"\n'
MAIN = '[databases.main]\nengine = "postgres"\n'
SNAPSHOT = 'copy_by = "snapshot"\n'


def only(text: str) -> Finding:
    with pytest.raises(UsageError) as caught:
        load(text)
    (found,) = caught.value.findings
    return found


def test_migrations_are_accepted() -> None:
    app = load(HEAD + AWS + MIGRATIONS)

    assert app.environments[0].migrations is not None


def test_rds_copies_a_database_that_it_runs_for_fairway() -> None:
    app = load(HEAD + AWS + MAIN + MIGRATIONS + SNAPSHOT)

    migrations = app.environments[0].migrations
    assert migrations is not None and migrations.copy_by is CopyBy.SNAPSHOT


@pytest.mark.parametrize(
    ("text", "line", "key", "message"),
    [
        (
            AWS + "[environments.x.migrations]\ntool = 'sql'\n",
            6,
            "environments.x.migrations.tool",
            "can be given no files",
        ),
        (AWS + '[migrations]\ntool = "sql"\n', 6, "migrations.tool", "can be given no files"),
        (AWS + MIGRATIONS + SNAPSHOT, 7, "migrations.copy_by", "that of another one"),
        (
            AWS + MAIN + MIGRATIONS + 'restore = "automatic"\n' + SNAPSHOT,
            10,
            "migrations.copy_by",
            "no snapshot is put back by itself",
        ),
        (MIGRATIONS + SNAPSHOT, 4, "migrations.copy_by", "a server's databases are not there"),
        (
            MIGRATIONS + "[environments.x.migrations]\n" + SNAPSHOT,
            5,
            "environments.x.migrations.copy_by",
            "a server's databases are not there",
        ),
        (AWS + '[aws.network]\nnat = "none"\n' + MIGRATIONS, 6, "aws.network.nat", "a way to the internet"),
    ],
)
def test_what_the_guard_can_not_do_is_refused_at_its_line(text: str, line: int, key: str, message: str) -> None:
    found = only(HEAD + text)

    assert (found.line, found.key) == (line, key)
    assert message in found.message
    assert found.hint


def test_it_is_said_once_however_many_environments_ask_for_it() -> None:
    both = "[environments.x]\n[environments.y]\n"

    assert only(HEAD + AWS + '[migrations]\ntool = "sql"\n' + both).key == "migrations.tool"


@pytest.mark.parametrize(
    "text",
    [
        AWS + MIGRATIONS + "maintenance = true\n",
        '[migrations]\ntool = "sql"\n',
        AWS + MIGRATIONS + 'down = "x"\non_failure = "back"\n',
        AWS + '[migrations]\ntool = "sql"\ncommand = "bin/sql"\n',
        AWS + '[aws.network]\nnat = "none"\n',
        AWS + '[aws.network]\nnat = "none"\n' + MIGRATIONS + "enabled = false\n",
    ],
)
def test_the_same_is_no_finding_where_it_is_not_asked_for_on_aws(text: str) -> None:
    assert load(HEAD + text).name == "a"
