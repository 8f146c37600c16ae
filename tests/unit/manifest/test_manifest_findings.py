"""What a broken `fairway.toml` is answered with: every problem at once, each with its line and what to write."""

from pathlib import Path

import pytest

from fairway.errors import Finding, UsageError
from fairway.manifest import load

GOLDEN = Path(__file__).parent / "golden"


def findings(text: str) -> tuple[Finding, ...]:
    with pytest.raises(UsageError) as caught:
        load.load(text)
    return caught.value.findings


def only(text: str) -> Finding:
    found = findings(text)
    assert len(found) == 1, found
    return found[0]


def test_a_broken_file_gets_all_its_findings_at_once() -> None:
    found = findings((GOLDEN / "broken.toml").read_text())

    lines = [f"{f.file}:{f.line}: {f.key}: {f.message}" + (f"\n    {f.hint}" if f.hint else "") for f in found]
    assert "\n".join(lines) + "\n" == (GOLDEN / "broken.txt").read_text()


def test_the_error_says_which_file_and_how_many_problems() -> None:
    with pytest.raises(UsageError, match=r"^api/fairway.toml has 2 problems$"):
        load.load("x = 1", file="api/fairway.toml")


@pytest.mark.parametrize(("text", "hint"), [("", "correct it; "), ("x = 1", "correct them; ")])
def test_the_error_says_what_to_do(text: str, hint: str) -> None:
    with pytest.raises(UsageError) as caught:
        load.load(text, file="fairway.toml")

    assert caught.value.hint == f"{hint}nothing was changed"


@pytest.mark.parametrize(
    ("text", "line", "hint"),
    [
        ('app = "a"\nx = shop', 2, 'a text stands in quotes: x = "shop"'),
        ('app: "a"', 1, "a key is followed by an equals sign: app = …"),
        ('app = "a"\napp = "b"\n', 2, "this key or table stands in the file a second time; keep one of them"),
        ('app = "a"\n[build]\n\n[build]\n', 4, "this key or table stands in the file a second time; keep one of them"),
        ('app = "a"\n[build\n', 2, ""),
        ('app = "a"\nx = """never closed', 2, ""),
    ],
)
def test_what_is_not_toml_is_told_with_its_line(text: str, line: int, hint: str) -> None:
    finding = only(text)

    assert (finding.line, finding.hint) == (line, hint)
    assert finding.message.startswith("this is not TOML: ")


def test_tables_without_end_are_refused() -> None:
    assert only("a = " + "[" * 5000).message == "tables or lists are nested too deeply"
    assert only("a = " + "[" * 60 + "]" * 60).message == "tables or lists are nested too deeply"
    assert only("app = " + "9" * 5000).message.startswith("this is not TOML")


@pytest.mark.parametrize(
    ("key", "value", "message"),
    [
        ("services.web.port", "0", "a whole number from 1 to 65535, found the number 0"),
        ("services.web.port", "true", "a whole number from 1 to 65535, found true"),
        ("services.web.port", "3.0", "a whole number from 1 to 65535, found the number 3.0"),
        ("services.web.cpu", "nan", "a number from 0.01 to 256, found a number"),
        ("services.web.memory", '"1M"', 'a size from "6M" to "4096G", found the text "1M"'),
        ("services.web.stop_timeout", '"25h"', 'a duration from "0s" to "1h", found the text "25h"'),
        ("services.web.health.path", '"ok"', 'a URL\'s path, such as "/healthz", found the text "ok"'),
        ("services.web.health.tcp", "false", "true, found false"),
        ("build.directory", '"../x"', 'a path within the repository, such as "api", found the text "../x"'),
        ("build.dockerfile", '"/etc/x"', 'a path within the repository, such as "Dockerfile", found the text "/etc/x"'),
        ("source.branch", '"a b"', 'a branch\'s name, such as "master", found the text "a b"'),
        ("pipeline.stages", "[]", 'a list of environments, such as ["staging", "production"], found an empty list'),
        ("services.web", "3", "a table, found the number 3"),
        ("build", "2020-01-01", "a table, found a date or time"),
    ],
)
def test_a_value_that_does_not_fit_is_told_with_what_was_expected(key: str, value: str, message: str) -> None:
    finding = only(f'app = "a"\n{key} = {value}')

    assert (finding.line, finding.key, finding.message) == (2, key, f"expected {message}")


@pytest.mark.parametrize(
    ("line", "hint"),
    [
        ("services.web.port = '3000'", "a number stands without quotes: 3000"),
        ("services.web.memory = 512", 'a size has a unit: "512M"'),
        ("services.web.memory = '512m'", 'a unit is a capital letter: "512M"'),
        ("build.timeout = 30", 'a duration has a unit: "30s"'),
        ("source.paths = 'src/**'", 'a list stands in brackets: ["src/**"]'),
        ("services.web.helth = {}", "the nearest valid key is services.web.health"),
        ("replicas = 2", "it is known as services.NAME.replicas"),
        (
            "[environments.x]\ntarget = { engine = 'ecs' }",
            "a server runs every environment on its host's Docker Engine; for an app on AWS there is [aws]",
        ),
    ],
)
def test_a_finding_says_what_to_write_instead(line: str, hint: str) -> None:
    assert only(f'app = "a"\n{line}').hint == hint


def test_a_build_argument_is_not_repeated_in_the_error() -> None:
    finding = only('app = "a"\nbuild.args = { TOKEN = "s3cret", "B C" = "s3cret" }')

    assert "s3cret" not in finding.message + finding.hint


def test_modes_and_approvals_are_what_codepipeline_knows() -> None:
    mode = only('app = "a"\npipeline.mode = "fast"')
    approval = only('app = "a"\n[environments.x]\napproval = 1')

    assert mode.message == 'expected one of superseded, queued, parallel, found the text "fast"'
    assert approval.message == "expected true or false, found the number 1"


def test_what_can_happen_on_failure_is_named() -> None:
    finding = only('app = "a"\n[environments.x]\non_failure = "undo"')

    assert finding.message == 'expected one of none, retry, rollback, found the text "undo"'


def test_a_bad_app_name_gets_a_good_one_proposed() -> None:
    assert only('app = "My Shop_API"').hint == 'for example: "my-shop-api"'


def test_a_missing_app_is_told() -> None:
    assert only("[build]\n") == Finding(
        file="fairway.toml",
        line=1,
        key="app",
        message="app is missing",
        hint='name the app, for example: app = "shop-api"',
    )


def test_a_wrong_value_causes_no_second_finding_that_only_follows_from_it() -> None:
    text = 'app = "a"\n[services.api]\nport = "x"\nhealth.path = "/"\n[environments.p]\ndomains = ["a.b"]'

    assert [f.key for f in findings(text)] == ["services.api.port"]


@pytest.mark.parametrize("name", ["Web", "-a", "a" * 31, "ü", ""])
def test_a_service_or_environment_has_a_name_that_hosts_and_containers_can_bear(name: str) -> None:
    assert only(f'app = "a"\n[services."{name}"]').line == 2
    assert only(f'app = "a"\n[environments."{name}"]').line == 2


def test_domains_need_a_service_that_takes_the_requests() -> None:
    two = '[services.a]\nport = 1\n[services.b]\nport = 2\n[environments.p]\ndomains = ["x.y"]'
    none = '[services.a]\n[environments.p]\ndomains = ["x.y"]'

    assert "a and b have a port" in only(f'app = "a"\n{two}').message
    assert "no service has a port" in only(f'app = "a"\n{none}').message


def test_a_deployment_below_its_own_minimum_is_told() -> None:
    text = 'app = "a"\n[environments.p.deployment]\nminimum_healthy_percent = 90\nmaximum_percent = 80'

    assert only(text).message == "minimum_healthy_percent 90 is above maximum_percent 80"
