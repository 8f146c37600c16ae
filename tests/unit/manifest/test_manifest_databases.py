"""The databases of fairway.toml: what comes of them in each environment, and what is refused with its line."""

import pytest

from fairway.domain.app import MIB
from fairway.domain.backup import DAY, Keep
from fairway.domain.managed import Managed
from fairway.domain.schedule import Schedule
from fairway.errors import Finding, UsageError
from fairway.manifest.load import load

HEAD = 'app = "a"\n[environments.staging]\n[environments.production]\n'
MAIN = '[databases.main]\nengine = "postgres"\n'


def only(text: str) -> Finding:
    with pytest.raises(UsageError) as caught:
        load(HEAD + text)
    assert len(caught.value.findings) == 1, caught.value.findings
    return caught.value.findings[0]


def test_a_database_is_backed_up_each_night_and_tried_each_week_unless_something_else_is_said() -> None:
    app = load(HEAD + MAIN)

    assert [environment.databases for environment in app.environments] == [
        (Managed(name="main", schedule=Schedule(cron="0 3 * * *"), drill=Schedule(cron="0 5 * * 0")),)
    ] * 2
    database = app.environments[0].databases[0]
    assert (database.variable, database.version, database.memory) == ("DATABASE_URL", None, 512 * MIB)


def test_a_database_is_read_whole() -> None:
    rest = 'variable = "PG"\nversion = "16"\nimage = "postgis/postgis:16-3.5"\ncpu = 2\nmemory = "1G"\n'
    backups = '[databases.main.backups]\nschedule = "5 1 * * *"\ndrill = "never"\ntimezone = "Europe/Berlin"\n'

    app = load(HEAD + MAIN + rest + backups + 'keep = 3\nage = "48h"\n')

    assert app.environments[1].databases == (
        Managed(
            name="main",
            variable="PG",
            version="16",
            image="postgis/postgis:16-3.5",
            cpu=2.0,
            memory=1024 * MIB,
            schedule=Schedule(cron="5 1 * * *", zone="Europe/Berlin"),
            keep=Keep(count=3, age=2 * DAY),
        ),
    )


def test_an_environment_changes_single_keys_those_of_the_backups_included() -> None:
    own = '[environments.qa.databases.main]\nmemory = "256M"\nbackups.schedule = "never"\n'

    app = load(HEAD + MAIN + 'backups.keep = 3\nbackups.drill = "never"\n' + own)

    plain, changed = app.environments[0].databases[0], app.environments[2].databases[0]
    assert (changed.memory, changed.schedule, changed.keep.count) == (256 * MIB, None, 3)
    assert (plain.memory, plain.schedule) == (512 * MIB, Schedule(cron="0 3 * * *"))


def test_an_environment_whose_database_runs_elsewhere_has_none_here() -> None:
    app = load(HEAD + MAIN + "[environments.far.databases.main]\nenabled = false\n")

    assert [len(environment.databases) for environment in app.environments] == [1, 1, 0]


def test_two_databases_with_one_variable_are_refused() -> None:
    found = only(MAIN + '[databases.other]\nengine = "postgres"\n')

    assert (found.line, found.key) == (6, "databases.other")
    assert found.message == "DATABASE_URL would be the URL of main and of other"
    assert found.hint == 'give it one of its own: variable = "OTHER_URL"'


def test_an_environment_that_gives_two_databases_one_variable_is_refused_there() -> None:
    two = MAIN + '[databases.other]\nengine = "postgres"\nvariable = "OTHER_URL"\n'

    found = only(two + '[environments.x.databases.main]\nvariable = "OTHER_URL"\n')

    assert found.key == "environments.x.databases.main"


@pytest.mark.parametrize(
    ("text", "key", "message"),
    [
        ('[databases.main]\nversion = "16"\n', "databases.main", "a database needs an engine"),
        ('[databases.Main]\nengine = "postgres"\n', "databases.Main", "can't name a database"),
        ('[databases.main]\nengine = "mysql"\n', "databases.main.engine", 'expected "postgres"'),
        ('[databases.main]\nengine = "sqlite"\nversion = "17"\n', "databases.main.version", "SQLite has none"),
        ('[databases.main]\nengine = "sqlite"\nmemory = "1G"\n', "databases.main.memory", "SQLite has none"),
        (MAIN + "version = 17\n", "databases.main.version", "expected a major version"),
        (MAIN + 'version = "17.2"\n', "databases.main.version", "expected a major version"),
        (MAIN + 'image = "postgis/postgis:17-3.5"\n', "databases.main.image", "an image needs the version"),
        (MAIN + 'variable = "PORT"\n', "databases.main.variable", "PORT has another meaning"),
        (MAIN + 'memory = "64M"\n', "databases.main.memory", "expected a size from"),
        (MAIN + 'backups.schedule = "0 3 * *"\n', "databases.main.backups.schedule", "expected a schedule"),
        (MAIN + '[contract]\nignore = ["DATABASE_URL"]\n', "contract.ignore", "is given by the database main"),
        ('[environments.x.databases.mian]\nmemory = "1G"\n' + MAIN, "environments.x.databases.mian", "no database"),
    ],
)
def test_what_can_not_be_is_refused_with_its_key(text: str, key: str, message: str) -> None:
    with pytest.raises(UsageError) as caught:
        load('app = "a"\n' + text)

    assert key in [found.key for found in caught.value.findings]
    assert any(message in found.message for found in caught.value.findings)


def test_more_databases_than_an_app_can_have_are_refused() -> None:
    many = "".join(f'[databases.d{i}]\nengine = "postgres"\nvariable = "URL_{i}"\n' for i in range(11))

    found = only(many)

    assert found.message == "an app has at most 10 databases; these are 11"
