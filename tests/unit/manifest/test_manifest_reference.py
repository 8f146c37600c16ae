"""The reference has every key with its explanation, loads, and is what the documentation says."""

import importlib.util
from pathlib import Path
from types import ModuleType

import pytest

from fairway.domain.app import Defaults
from fairway.domain.aws.wanted import ExistingNetwork
from fairway.errors import UsageError
from fairway.manifest import draft, load, reference, schema

ROOT = Path(__file__).parents[3]
NAMED = ("services", "jobs", "databases", "environments")


def key_path(entry: reference.Entry) -> str:
    """`services.web` and `port` → `services.NAME.port`, as the schema lists it."""
    parts = [*(entry.table.split(".") if entry.table else []), *entry.key.split(".")]
    if parts[0] == "environments" and len(parts) > 2 and parts[2] in schema.OVERRIDDEN:
        return f"environments.NAME.{parts[2]}"
    if parts[:2] == ["aws", "databases"]:
        parts[2] = "NAME"
    if parts[0] in NAMED:
        parts[1] = "NAME"
    return ".".join(parts)


def all_entries() -> list[reference.Entry]:
    return [entry for file in reference.FILES for entry in reference.entries(reference.read(file))]


def test_the_reference_has_every_key_of_the_schema() -> None:
    keys = {key_path(entry) for entry in all_entries() if entry.key}

    assert keys == schema.key_paths()


def test_every_key_of_the_reference_is_explained_where_it_first_stands() -> None:
    explained: dict[str, bool] = {}
    for entry in all_entries():
        if entry.key:
            explained.setdefault(key_path(entry), bool(entry.comment))
    explained.pop("services.NAME.health.command")  # explained with its table's service, after services.NAME.command

    assert [key for key, has in explained.items() if not has] == []


def test_the_reference_is_a_valid_file() -> None:
    app = load.load(reference.read())

    assert app.stages == ("staging", "production")
    assert [len(environment.services) for environment in app.environments] == [3, 3]


def test_the_references_on_aws_are_valid_files() -> None:
    made, existing = (load.load(reference.read(f"reference-{name}.toml")).aws for name in ("aws", "aws-vpc"))

    assert made is not None
    assert [hosting.capacity.value for hosting in made.hosting.values()] == ["ec2", "fargate"]
    assert made.hosting["production"].databases["main"].multi_zone
    assert existing is not None
    assert isinstance(existing.network, ExistingNetwork)


def test_the_page_explains_every_key() -> None:
    page = reference.markdown()
    overridden = tuple(f"environments.NAME.{key}" for key in schema.OVERRIDDEN)

    assert all(f"| `{key.rpartition('.')[2]}` |" in page for key in schema.key_paths() if not key.endswith(overridden))


def test_the_json_schema_knows_the_same_keys() -> None:
    published = schema.json_schema()

    assert set(published["properties"]) == set(schema.FileTable.model_fields)
    assert published["required"] == ["app"]
    assert published["additionalProperties"] is False


def test_the_generated_pages_are_up_to_date() -> None:
    assert generator().stale() == []


def generator() -> ModuleType:
    spec = importlib.util.spec_from_file_location("docs_generate", ROOT / "docs" / "generate.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_a_draft_loads_and_changes_nothing_of_what_was_detected() -> None:
    found = Defaults(port=8000, health_path="/healthz", command=("node", 'a "b".js'))

    text = draft.draft("shop-api", found, ["Node.js 22 (.nvmrc)", "two\nlines\x00"])

    assert load.load(text, defaults=found) == load.load('app = "shop-api"', defaults=found)


@pytest.mark.parametrize(("branch", "written"), [("master", False), ("main", True), ('odd"name', True)])
def test_a_draft_names_the_branch_where_it_is_another_than_the_usual_one(branch: str, written: bool) -> None:
    text = draft.draft("shop-api", Defaults(), [], branch)

    assert load.load(text).source.branch == branch
    assert ("\n[source]\nbranch = " in text) is written


def test_a_draft_without_its_comment_signs_loads_too() -> None:
    found = Defaults(port=8000, health_path="/healthz", command=("node", 'a "b".js'))
    text = draft.draft("shop-api", found, [])

    keys = [line.removeprefix("# ") for line in text.splitlines() if "=" in line or line.startswith("# [")]

    web = load.load("\n".join(keys)).environments[0].services[0]
    assert (web.port, web.command) == (8000, ("node", 'a "b".js'))


def test_a_draft_refuses_a_name_that_is_none() -> None:
    with pytest.raises(UsageError, match="can't name an app"):
        draft.draft("My Shop", Defaults(), [])
