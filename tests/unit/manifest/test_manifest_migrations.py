"""`migrations` of fairway.toml: what comes of it in each environment, and what is refused with its line."""

import pytest

from fairway.domain.backup import DAY, Keep
from fairway.domain.migrations import MIB, Migrations, Policy, Restoring, Smoke, Tool
from fairway.errors import Finding, UsageError
from fairway.manifest import reference
from fairway.manifest.load import load

HEAD = 'app = "a"\n[environments.staging]\n[environments.production]\n'


def of(text: str, environment: str = "production") -> Migrations | None:
    found = load(HEAD + text).environment(environment)
    assert found is not None
    return found.migrations


def only(text: str) -> Finding:
    with pytest.raises(UsageError) as caught:
        load(HEAD + text)
    assert len(caught.value.findings) == 1, caught.value.findings
    return caught.value.findings[0]


def test_without_the_table_no_environment_is_migrated() -> None:
    assert of("") is None


def test_an_empty_table_leaves_everything_to_the_tool() -> None:
    assert of("[migrations]\n") == Migrations(command=())


def test_a_table_is_read_whole() -> None:
    app = load(reference.read())

    found = app.environments[1].migrations

    assert found == Migrations(
        command=("npx", "knex", "migrate:latest"),
        down=("npx", "knex", "migrate:rollback"),
        tool=Tool.KNEX,
        directory="migrations",
        table="knex_migrations",
        policy=Policy.ASK,
        policies={"ban-drop-table": Policy.REFUSE, "adding-not-nullable-field": Policy.REFUSE},
        silenced={"prefer-text-field": "the lengths are promised to a partner"},
        smoke=(
            Smoke(path="/orders?limit=1", expect=200, service="web"),
            Smoke(
                path="/orders",
                method="POST",
                expect=201,
                body='{"item": "smoke"}',
                headers={"Content-Type": "application/json"},
            ),
        ),
        keep=Keep(count=10, age=30 * DAY),
        tools="postgres:17",
        memory=1024 * MIB,
    )


def test_an_environment_changes_single_keys() -> None:
    text = '[migrations]\ncommand = "m {environment}"\npolicies = { a = "ask" }\nkeep = { count = 3, age = "48h" }\n'
    own = '[environments.staging.migrations]\nrestore = "automatic"\npolicies = { b = "refuse" }\nkeep.count = 2\n'

    staging, production = of(text + own, "staging"), of(text + own)

    assert staging is not None
    assert production is not None
    assert (staging.command, production.command) == (("m", "staging"), ("m", "production"))
    assert (staging.restore, production.restore) == (Restoring.AUTOMATIC, Restoring.ASK)
    assert staging.policies == {"a": Policy.ASK, "b": Policy.REFUSE}
    assert production.policies == {"a": Policy.ASK}
    assert (staging.keep, production.keep) == (Keep(count=2, age=2 * DAY), Keep(count=3, age=2 * DAY))


def test_an_environment_may_be_left_out_or_be_the_only_one() -> None:
    out = "[migrations]\n[environments.staging.migrations]\nenabled = false\n"
    alone = '[environments.staging.migrations]\ncommand = "m"\n'

    assert (of(out, "staging"), of(out)) == (None, Migrations(command=()))
    assert (of(alone, "staging"), of(alone)) == (Migrations(command=("m",)), None)


def test_the_requests_of_an_environment_take_the_place_of_those_for_all() -> None:
    found = of(
        '[[migrations.smoke]]\npath = "/a"\n[[environments.production.migrations.smoke]]\npath = "/b"\n',
    )

    assert found is not None
    assert found.smoke == (Smoke(path="/b"),)


@pytest.mark.parametrize(
    ("text", "key", "message"),
    [
        ('tool = "knax"', "migrations.tool", "expected one of knex,"),
        ('tool = "command"', "migrations.tool", "the command has to be written"),
        ('policy = "no"', "migrations.policy", "expected one of warn, ask, refuse"),
        ('policies = { a = "no" }', "migrations.policies", "expected a table of rules"),
        ('silence = { a = "" }', "migrations.silence", "expected a table of rules, each with the reason"),
        ('policies = { a = "ask" }\nsilence = { a = "why" }', "migrations.policies", "is silenced"),
        ('restore = "automatic"\nbackup = false', "migrations.restore", "nothing to restore"),
        ('on_failure = "back"', "migrations.on_failure", "without a way back nothing can be taken back"),
        ('on_failure = "back"\ndown = "d"\nrehearse = false', "migrations.on_failure", "only a way back that was"),
        ('on_failure = "back"\ntool = "sql"\nbackup = false', "migrations.on_failure", "only a way back that was"),
        ('on_failure = "forget"', "migrations.on_failure", "one of keep, back"),
        ('table = "a; drop table b"', "migrations.table", "expected a table"),
        ('smoke = [{ method = "GET" }]', "migrations.smoke[0]", "needs a path"),
        ('smoke = [{ path = "/", service = "wob" }]', "migrations.smoke[0].service", 'there is no service "wob"'),
        ('memory = "1M"', "migrations.memory", "expected a size"),
        ("comand = 1", "migrations.comand", "unknown key"),
    ],
)
def test_what_can_t_be_is_refused(text: str, key: str, message: str) -> None:
    found = only(f"[migrations]\n{text}\n")

    assert found.key == key
    assert message in found.message


def test_the_variable_of_the_database_is_required_before_the_build() -> None:
    app = load(HEAD + '[migrations]\ndatabase = "DB_URL"\n[environments.staging.migrations]\nenabled = false\n')
    staging, production = app.environments

    assert production.contract.required == ("DB_URL",)
    assert staging.contract.required == ()


def test_a_file_that_calls_the_variable_optional_has_its_way() -> None:
    app = load(HEAD + '[migrations]\n[contract]\noptional = ["DATABASE_URL"]\n')

    assert app.environments[1].contract.required == ()
