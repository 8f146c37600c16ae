"""No text makes anything of the manifest but an App or a UsageError with findings."""

import tomllib
from typing import Any

import tomlkit
from hypothesis import example, given, settings
from hypothesis import strategies as st

from fairway.domain.app import App, Defaults
from fairway.domain.aws import fargate
from fairway.domain.aws.wanted import Capacity
from fairway.errors import UsageError
from fairway.manifest import commands, draft, lines, load, reference, schema
from support.examples import examples

WORDS = sorted({part for path in schema.key_paths() for part in path.split(".")} | set(schema.FileTable.LATER))
SCALARS = (
    st.integers()
    | st.booleans()
    | st.floats()
    | st.text(max_size=8)
    | st.sampled_from(["30s", "512M", "web", "/healthz", "staging", "SIGTERM", "a.example"])
    | st.sampled_from(["eu-central-1", "ec2", "arm64", "t3.small", "10.0.0.0/16", "github", "a/b", "none", "sqlite"])
    | st.dates()
)
NAMES = st.sampled_from([*WORDS, "web", "worker", "staging", "production"]) | st.text(max_size=5)
VALUES = st.recursive(
    SCALARS, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(NAMES, inner, max_size=4), max_leaves=12
)
DOCUMENTS = st.dictionaries(NAMES, VALUES, max_size=6)


def try_load(text: str) -> App | None:
    """The App, or None when it was refused as it should be."""
    try:
        return load.load(text, defaults=Defaults(port=80, health_path="/", command=("x",)))
    except UsageError as error:
        assert error.findings
        assert all(finding.message and 0 <= finding.line <= text.count("\n") + 1 for finding in error.findings)
        return None


@given(st.text())
@example("'\x1e0")
def test_any_text_is_an_app_or_a_usage_error(text: str) -> None:
    try_load(text)


@given(st.text(alphabet="[]{}=\".,'\\# \n\ta1-_u", max_size=60))
def test_text_of_tomls_own_characters_is_an_app_or_a_usage_error(text: str) -> None:
    try_load(text)


@given(st.sampled_from(list(reference.FILES)), st.integers(0, 4000), st.integers(0, 30), st.text(max_size=6))
def test_a_reference_with_a_part_replaced_is_an_app_or_a_usage_error(
    file: str, start: int, length: int, patch: str
) -> None:
    text = reference.read(file)

    try_load(text[:start] + patch + text[start + length :])


@settings(max_examples=examples(100))
@given(DOCUMENTS)
def test_any_document_is_an_app_or_a_usage_error(document: dict[str, Any]) -> None:
    try:
        text = tomlkit.dumps(document)
        tomllib.loads(text)
    except ValueError:
        return

    try_load(text)


AWS = st.fixed_dictionaries(
    {"region": st.just("eu-central-1"), "repository": st.just({"provider": "github", "name": "a/b"})},
    optional={
        "capacity": st.sampled_from(["fargate", "fargate_spot", "ec2"]),
        "architecture": st.sampled_from(["x86_64", "arm64"]),
        "instances": st.dictionaries(st.sampled_from(["min", "max"]), st.integers(0, 9)),
        "network": st.sampled_from([{}, {"nat": "none"}, {"cidr": "10.1.0.0/20", "nat": "each"}]),
    },
)
PARTS = st.fixed_dictionaries(
    {"command": st.just("x")},
    optional={
        "cpu": st.floats(0.01, 20).map(lambda cores: round(cores, 2)) | st.sampled_from([0.25, 0.5, 1, 2, 4]),
        "memory": st.sampled_from(["300M", "512M", "1G", "1.5G", "2G", "4G", "8G", "30G", "200G"]),
    },
)


@settings(max_examples=examples(200))
@given(AWS, st.dictionaries(st.sampled_from(["web", "worker"]), PARTS, min_size=1), PARTS)
def test_whatever_is_accepted_for_fargate_is_a_pair_that_holds_what_was_written(
    aws: dict[str, Any], services: dict[str, Any], job: dict[str, Any]
) -> None:
    app = try_load(tomlkit.dumps({"app": "a", "aws": aws, "services": services, "jobs": {"job": job}}))

    for hosting in app.aws.hosting.values() if app is not None and app.aws is not None else ():
        assert set(hosting.sizes) == {*services, "job"}
        for name, size in hosting.sizes.items():
            written = {**services, "job": job}[name]
            assert size.cpu >= written.get("cpu", 0) * 1024
            assert size.memory >= float(written.get("memory", "0M")[:-1]) * (
                1024 if written.get("memory", "").endswith("G") else 1
            )
            assert hosting.capacity is Capacity.EC2 or size.memory in fargate.PAIRS[size.cpu]


@settings(max_examples=examples(100))
@given(DOCUMENTS)
def test_every_key_of_any_document_has_a_line(document: dict[str, Any]) -> None:
    try:
        text = tomlkit.dumps(document)
        parsed = tomllib.loads(text)
    except ValueError:
        return

    assert set(lines.index(text)) >= set(paths(parsed))


def paths(value: Any, prefix: tuple[str | int, ...] = ()) -> list[tuple[str | int, ...]]:
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    found = []
    for key, inner in items:
        found += [(*prefix, key), *paths(inner, (*prefix, key))]
    return found


@given(st.text(min_size=1))
def test_any_command_becomes_a_list_that_starts_something(command: str) -> None:
    if not command.strip() or "\0" in command:
        return

    assert commands.exec_list(command, "production")[0]


@given(
    st.integers(1, 65535),
    st.text(st.characters(exclude_categories=["Cs"]), max_size=10),
    st.lists(st.text(st.characters(exclude_categories=["Cs"])), max_size=3),
)
def test_any_draft_loads_back(port: int, path: str, notes: list[str]) -> None:
    text = draft.draft("shop-api", Defaults(port=port, health_path=path, command=(path, "x")), notes)

    assert load.load(text).name == "shop-api"
    assert tomllib.loads(f"x = {draft.quote(path)}") == {"x": path}
