"""What must never happen when files that anybody wrote are read for migrations."""

from hypothesis import given, settings
from hypothesis import strategies as st

from fairway.domain.migrations import Migrations, Tool
from fairway.migrate.tools import alembic, graph, literals
from fairway.migrate.tools.pending import READERS
from fairway.migrate.tools.shipped import Configs, Place, Unsure
from fairway.ports.images import Folder
from support.examples import examples

OPTIONS = {"mode": "all", "heads": "one", "schema": "drizzle", "m": "m"}
NAMES = st.one_of(
    st.text(max_size=12),
    st.sampled_from(
        ["meta/_journal.json", "1_a.sql", "1_a.down.sql", "0001_a.py", "x/migration.sql", "2.js", "a.d.ts"]
    ),
)
WORDS = st.lists(
    st.sampled_from(
        ["migrations", "directory", "tableName", ":", "=", "{", "}", "[", "]", "(", ")", ",", "'", '"', "`", "${", "\\",
         "__dirname", "+", "path.join", "process.cwd()", "/", "*", "//", "/*", "*/", "\n", "m", "revision",
         "def f():", "class Migration:", "dependencies", "entries", "when", "class A1767225600000", "up("]
    ),
    max_size=40,
).map(" ".join)  # fmt: skip
TEXTS = st.one_of(WORDS, st.binary(max_size=80).map(lambda content: content.decode("latin-1")))
CONFIGS = (
    "package.json",
    "knexfile.js",
    ".sequelizerc",
    "drizzle.config.ts",
    "alembic.ini",
    "manage.py",
    "dist/data-source.js",
)


@settings(max_examples=examples(150), deadline=None)
@given(st.sampled_from(sorted(READERS)), st.dictionaries(st.sampled_from(CONFIGS), TEXTS), TEXTS)
def test_a_configuration_is_read_or_unsure(tool: Tool, files: dict[str, str], command: str) -> None:
    configs = Configs(files={name: text.encode() for name, text in files.items()}, command=command)
    chosen = Migrations(command=())

    try:
        READERS[tool].wants(configs, chosen)
        found = READERS[tool].place(configs, chosen)
    except Unsure:
        return

    assert found.table
    assert found.directories


@settings(max_examples=examples(200), deadline=None)
@given(st.sampled_from(sorted(READERS)), st.dictionaries(NAMES, TEXTS, max_size=5))
def test_a_folder_is_read_or_unsure_and_no_name_comes_twice(tool: Tool, files: dict[str, str]) -> None:
    folder = Folder(files={name: text.encode("utf-8", "replace") for name, text in files.items()})
    reader = READERS[tool]

    try:
        found = reader.read(Place(directories=("m",), table="t", options=OPTIONS), {"m": folder})
        plan = reader.plan(found, [None, None])
    except Unsure:
        return

    names = [step.name for step in plan.pending]
    assert len(names) == len(set(names)) or tool is Tool.DRIZZLE
    assert plan.applied == ()


@st.composite
def trees(draw: st.DrawFn) -> dict[str, tuple[str, ...]]:
    """Revisions, each standing on some of those before it."""
    names = [f"r{number}" for number in range(draw(st.integers(1, 12)))]
    return {
        name: tuple(draw(st.lists(st.sampled_from(names[:place]), unique=True, max_size=3))) if place else ()
        for place, name in enumerate(names)
    }


@settings(max_examples=examples(100), deadline=None)
@given(trees(), st.data())
def test_what_is_pending_of_a_tree_is_all_that_the_applied_does_not_stand_on(
    needs: dict[str, tuple[str, ...]], data: st.DataObject
) -> None:
    files = {
        f"{name}.py": f"revision = {name!r}\ndown_revision = {before or None!r}\n".encode()
        for name, before in needs.items()
    }
    current = data.draw(st.lists(st.sampled_from(sorted(needs)), unique=True))
    found = alembic.read(Place(directories=("m",), table="t", options=OPTIONS), {"m": Folder(files=files)})

    plan = alembic.plan(found, [[{"version_num": name} for name in current]])

    pending = [step.name for step in plan.pending]
    assert sorted([*pending, *plan.applied]) == sorted(needs)
    assert set(current) <= set(plan.applied)
    order = [*plan.applied, *pending]
    for name, before in needs.items():
        if name in plan.applied:
            assert set(before) <= set(plan.applied)
        assert all(order.index(need) < order.index(name) for need in before if (need in pending) == (name in pending))


@settings(max_examples=examples(100), deadline=None)
@given(trees(), st.data())
def test_a_circle_is_found_wherever_it_is(needs: dict[str, tuple[str, ...]], data: st.DataObject) -> None:
    start = data.draw(st.sampled_from(sorted(needs)))
    under = sorted(graph.below([start], needs))
    wrong = {**needs, data.draw(st.sampled_from(under)): (*needs[start], start)}

    try:
        graph.in_order(wrong)
    except Unsure as reason:
        assert "circle" in str(reason)
    else:
        raise AssertionError("a circle was put in order")


@settings(max_examples=examples(200), deadline=None)
@given(st.text(alphabet="ab/._- ", min_size=1, max_size=20))
def test_a_text_in_quotation_marks_is_read_as_it_is(text: str) -> None:
    found = literals.one(f"x = {{ directory: '{text}', b: 1 }}", "directory")

    assert found == literals.Literal(text)
