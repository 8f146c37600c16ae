"""What each tool would run, from its files and the rows of its table."""

import pytest

from fairway.domain import migration_tools
from fairway.domain.address import read as address
from fairway.domain.migrations import Plan, Tool
from fairway.errors import UsageError
from fairway.migrate.tools import alembic, command, django, knex, node_pg_migrate, sequelize, sql_script, typeorm
from fairway.migrate.tools.shipped import Place, Reader, Row, Shipped, Unsure
from fairway.ports.images import Folder

OPTIONS = {"mode": "all", "heads": "one", "schema": "drizzle"}


def shipped(reader: Reader, files: dict[str, str], **options: str) -> Shipped:
    folder = Folder(files={name: text.encode() for name, text in files.items()})
    return reader.read(Place(directories=("m",), table="t", options={**OPTIONS, **options}), {"m": folder})


def names(plan: Plan) -> list[str]:
    return [step.name for step in plan.pending]


def rows(*values: str, column: str = "name") -> list[Row]:
    return [{"id": str(place), column: value} for place, value in enumerate(values)]


def test_ten_is_behind_nine_in_a_table_of_texts() -> None:
    done = [{"id": str(place), "name": f"{place:02}.js"} for place in (10, 9, 1)]

    plan = knex.plan(Shipped(place=Place(directories=(), table="t"), migrations=()), [done, None])

    assert plan.applied == ("01.js", "09.js", "10.js")


def test_knex_says_what_can_be_taken_back_and_what_has_no_transaction() -> None:
    found = shipped(
        knex,
        {
            "1.ts": "export async function up() {}\nexport async function down() {}",
            "2.js": "exports.up = f; // exports.down = g\nexports.config = { transaction: false };",
            "notes.md": "",
            "3.mjs": "",
        },
        mode="",
    )

    steps = [each.step for each in knex.read(Place(directories=("m",), table="t"), {"m": Folder(files={})}).migrations]
    assert steps == []
    assert [(each.step.name, each.step.down) for each in found.migrations] == [("1.ts", True), ("2.js", False)]


def test_sequelize_passes_declarations_over() -> None:
    found = shipped(sequelize, {"1.js": "", "1.d.ts": "", "2.ts": "", "3.sql": ""})

    assert [each.step.name for each in found.migrations] == ["1.js", "2.ts"]


def test_typeorm_counts_a_source_and_what_was_compiled_of_it_once() -> None:
    name = "Orders1767225600000"
    found = shipped(
        typeorm,
        {
            "a.ts": f"export class {name} implements MigrationInterface {{ name = '{name}' }}",
            "a.js": f"class {name} {{ constructor() {{ this.name = '{name}'; }} up() {{}} }}",
            "a.d.ts": "export declare class Other1767225600001 {}",
            "index.js": "exports.all = [];",
            "b.js": "class Old { constructor() { this.name = 'Renamed1767225500000'; } async up(q) {} }",
        },
    )

    assert [each.step.name for each in found.migrations] == ["Renamed1767225500000", name]


@pytest.mark.parametrize(
    "text",
    [
        "class Untimed { async up(q) {} }",
        "module.exports = make(); // MigrationInterface\nconst x = { up() {} }",
        "class A1767225600000 { name = 'B1767225600000' }\nclass C1767225600001 { up() {} }",
    ],
)
def test_a_class_whose_name_typeorm_takes_from_elsewhere_is_unsure(text: str) -> None:
    with pytest.raises(Unsure):
        shipped(typeorm, {"a.js": text})


def test_typeorm_refuses_one_without_the_transaction_of_all() -> None:
    text = "class A1767225600000 { transaction = false; async up(q) {} }"

    together = typeorm.plan(shipped(typeorm, {"a.js": text}), [None])
    each = typeorm.plan(shipped(typeorm, {"a.js": text}, mode="each"), [None])

    assert "TypeORM will refuse: A1767225600000" in together.trouble[0]
    assert each.trouble == ()


def test_node_pg_migrate_orders_by_the_number_and_takes_17_digits_for_a_date() -> None:
    found = shipped(
        node_pg_migrate, {"20260101000000500_b.js": "", "1767225600000_a.js": "", "10_y.js": "", "9_x.js": "", ".x": ""}
    )

    assert [each.step.name for each in found.migrations] == ["9_x", "10_y", "1767225600000_a", "20260101000000500_b"]


@pytest.mark.parametrize("name", ["README.md", "1_x.up.sql", "99999999999999999_x.js"])
def test_a_file_that_versions_of_node_pg_migrate_take_differently_is_unsure(name: str) -> None:
    with pytest.raises(Unsure):
        shipped(node_pg_migrate, {name: ""})


def test_node_pg_migrate_cuts_sql_where_the_tool_does() -> None:
    one = node_pg_migrate.halves("-- Up Migration\nA;\n-- Down Migration\nB;")
    other = node_pg_migrate.halves("-- down migration\nB;\n--- UP MIGRATION\nA;")

    assert one == ("-- Up Migration\nA;\n", "-- Down Migration\nB;")
    assert other[0].strip() == "--- UP MIGRATION\nA;"
    assert other[1] == "-- down migration\nB;\n" or other[1] == "-- down migration\nB;"
    assert node_pg_migrate.halves("A;") == ("A;", None)


def revision(name: str, *before: str, more: str = "") -> str:
    down = "None" if not before else repr(before[0]) if len(before) == 1 else repr(before)
    header = f"revision = {name!r}\ndown_revision: str = {down}\n{more}\n\n"
    return f"{header}def upgrade():\n    op.f(x)\n\ndef downgrade():\n    pass\n"


MERGED = {
    "1.py": revision("a"),
    "2.py": revision("b", "a"),
    "3.py": revision("c", "a"),
    "4.py": revision("d", "b", "c"),
    "__init__.py": "",
    "notes.py": "x = 1",
}


def test_alembic_runs_a_merge_behind_both_of_its_branches() -> None:
    plan = alembic.plan(shipped(alembic, MERGED), [rows("b", column="version_num")])

    assert plan.applied == ("a", "b")
    assert names(plan) == ["c", "d"]
    assert plan.trouble == ()


def test_alembic_has_what_one_depends_on_before_it() -> None:
    files = {"1.py": revision("z"), "2.py": revision("a", more="depends_on = 'z'\nbranch_labels = ('x',)")}

    plan = alembic.plan(shipped(alembic, files), [None])

    assert names(plan) == ["z", "a"]


def test_alembic_with_a_revision_that_no_file_has_is_not_known() -> None:
    plan = alembic.plan(shipped(alembic, MERGED), [rows("zz", column="version_num")])

    assert (plan.known, plan.missing, plan.pending) == (False, ("zz",), ())


@pytest.mark.parametrize(
    ("files", "why"),
    [
        ({"1.py": revision("a", "b"), "2.py": revision("b", "a")}, "circle"),
        ({"1.py": revision("a"), "2.py": revision("a")}, "two files"),
        ({"1.py": "revision = make()"}, "no literal"),
        ({"1.py": "revision = 7\ndown_revision = None"}, "no text"),
        ({"1.py": "def f(:"}, "Python"),
    ],
)
def test_alembics_revisions_that_make_no_tree_are_unsure(files: dict[str, str], why: str) -> None:
    with pytest.raises(Unsure, match=why):
        shipped(alembic, files)


def test_alembics_revision_that_stands_on_none_there_is_is_unsure() -> None:
    with pytest.raises(Unsure, match="no file has the revision b"):
        alembic.plan(shipped(alembic, {"1.py": revision("a", "b")}), [None])


def change(*needs: str, replaces: str = "", more: str = "") -> str:
    pairs = ", ".join(f"('m', '{need}')" for need in needs)
    return f"class Migration(migrations.Migration):\n    dependencies = [{pairs}]\n    {replaces}\n    {more}\n"


CHAIN = {"0001_a.py": change(), "0002_b.py": change("0001_a"), "__init__.py": ""}
SQUASHED = {
    **CHAIN,
    "0001_s.py": change(replaces="replaces = [('m', '0001_a'), ('m', '0002_b')]"),
    "0003_c.py": change("0002_b"),
}


def django_plan(files: dict[str, str], *applied: str) -> Plan:
    return django.plan(shipped(django, files, m="m"), [[{"id": "1", "app": "m", "name": name} for name in applied]])


@pytest.mark.parametrize(
    ("applied", "pending"),
    [
        ((), ["m.0001_s", "m.0003_c"]),
        (("0001_a",), ["m.0002_b", "m.0003_c"]),
        (("0001_a", "0002_b"), ["m.0003_c"]),
        (("0001_a", "0002_b", "0001_s", "0003_c"), []),
    ],
)
def test_djangos_squashed_one_stands_for_all_or_none_of_those_that_it_replaces(
    applied: tuple[str, ...], pending: list[str]
) -> None:
    assert sorted(names(django_plan(SQUASHED, *applied))) == pending


def test_django_refuses_two_that_both_come_last() -> None:
    plan = django_plan({**CHAIN, "0002_x.py": change("0001_a")}, "0001_a")

    assert plan.trouble == (
        "Django will refuse: m.0002_b and m.0002_x both come last; makemigrations --merge joins them",
    )


def test_django_refuses_one_that_was_applied_before_what_it_stands_on() -> None:
    assert "m.0002_b was applied before m.0001_a" in django_plan(CHAIN, "0002_b").trouble[0]


def test_djangos_own_words_about_transactions_and_the_way_back() -> None:
    found = shipped(
        django,
        {
            "0001_a.py": change(more="atomic = False"),
            "0002_b.py": change("0001_a", more="operations = [migrations.RunPython(forwards)]"),
        },
        m="m",
    )

    assert [(each.step.transactional, each.step.down) for each in found.migrations] == [(False, True), (True, False)]


@pytest.mark.parametrize(
    ("words", "files", "packages", "tool"),
    [
        ("npx knex migrate:latest", [], [], Tool.KNEX),
        ("node dist/migrate.js", ["drizzle/meta/_journal.json"], ["knex", "drizzle-orm"], Tool.DRIZZLE),
        ("node dist/migrate.js", [], ["typeorm"], Tool.TYPEORM),
        ("node dist/migrate.js", [], ["knex", "typeorm"], Tool.COMMAND),
        ("prisma db push", ["prisma/schema.prisma"], ["prisma"], Tool.COMMAND),
        ("drizzle-kit push", ["drizzle.config.ts"], ["drizzle-orm"], Tool.COMMAND),
        ("knex migrate:latest && sequelize-cli db:migrate", [], [], Tool.COMMAND),
        ("sequelize db:migrate:undo", [], [], Tool.COMMAND),
        ("python3 manage.py migrate --noinput", [], [], Tool.DJANGO),
        ("flask --app shop db upgrade", [], [], Tool.ALEMBIC),
        ("typeorm-ts-node-commonjs migration:run -d src/data-source.ts", [], [], Tool.TYPEORM),
        ("./migrate.sh", [], [], Tool.COMMAND),
    ],
)
def test_the_tool_is_the_one_that_the_command_runs(
    words: str, files: list[str], packages: list[str], tool: Tool
) -> None:
    assert migration_tools.choose(words, files, packages) is tool


def test_a_commands_scripts_are_read_to_their_end() -> None:
    scripts = {
        "migrate": "yarn db:up",
        "premigrate": "npm run build",
        "db:up": "knex migrate:latest",
        "build": "npm run build",
    }

    text = command.expand(("npm", "run", "migrate"), scripts)

    assert "knex migrate:latest" in text


def test_sql_files_are_run_on_postgresql_alone_and_by_no_password_in_a_list_of_processes() -> None:
    found = sql_script.variables(address("postgres://shop:s3cret@db:5433/shop?sslmode=require"))

    assert found["PGPASSWORD"] == "s3cret" and found["PGSSLMODE"] == "require"
    with pytest.raises(UsageError):
        sql_script.variables(address("sqlite:///data/app.db"))
