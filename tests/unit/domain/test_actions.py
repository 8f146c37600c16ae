"""Actions of one's own: where they stand in their stage, what they refer to, what they hand on."""

import pytest

from fairway.domain import outputs, patterns, pipeline, reference
from fairway.domain.action import Command, Placed
from fairway.domain.app import Environment
from fairway.domain.ids import EnvironmentName
from fairway.domain.pipeline import Approval, Duty
from fairway.domain.reference import Reference, Scope

SCOPE = Scope(
    stage="production",
    facts={"commit": "9c1f2e7"},
    variables={"HOOK": "https://hooks.example.com/#{fairway.commit}"},
    outputs={("production", "seed"): {"USER": "ada"}, ("staging", "smoke"): {"URL": "http://web"}},
)


def command(name: str, order: int = 1) -> Command:
    return Command(name=name, command=("true",), order=order)


def environment(*actions: Placed, approval: float | None = None) -> Environment:
    return Environment(name=EnvironmentName("staging"), services=(), actions=actions, approval=approval)


def test_actions_stand_around_the_deployment_and_an_approval_before_them_all() -> None:
    described = environment(
        Placed(action=command("late", 7)),
        Placed(action=command("smoke")),
        Placed(action=command("tell")),
        Placed(action=command("check", 900), before=True),
        approval=60.0,
    )

    stage = pipeline.define_environment(described)

    assert [(each.name, each.order) for each in stage.actions] == [
        ("approval", 1),
        ("check", 2),
        ("deploy", 3),
        ("smoke", 4),
        ("tell", 4),
        ("late", 5),
    ]
    assert isinstance(stage.actions[0], Approval)


def test_an_environment_without_actions_has_its_deployment_alone() -> None:
    assert pipeline.define_environment(environment()).actions == (Duty(name="deploy"),)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("#{smoke.URL}", Reference(namespace="smoke", name="URL")),
        ("#{staging.smoke.URL}", Reference(stage="staging", namespace="smoke", name="URL")),
        ("#{variables.HOOK}", Reference(namespace="variables", name="HOOK")),
        ("#{fairway.commit}", Reference(namespace="fairway", name="commit")),
    ],
)
def test_references_are_read_and_written(text: str, found: Reference) -> None:
    assert reference.find(f"a {text} b") == [found]
    assert str(found) == text


@pytest.mark.parametrize("text", ["#{URL}", "#{}", "#{a.b.c.D}", "#{Smoke.URL}", "#{staging.variables.A}", "#{a.1}"])
def test_what_is_no_reference_is_refused_whole(text: str) -> None:
    with pytest.raises(ValueError, match="#") as caught:
        reference.find(text)

    assert str(caught.value) == text


def test_references_are_replaced_by_what_they_stand_for_and_by_nothing_in_it() -> None:
    text = "#{variables.HOOK}?user=#{seed.USER}&url=#{staging.smoke.URL}&commit=#{fairway.commit}"

    resolved = reference.resolve(text, SCOPE)

    assert resolved == "https://hooks.example.com/#{fairway.commit}?user=ada&url=http://web&commit=9c1f2e7"


def test_how_a_value_is_written_may_depend_on_its_place() -> None:
    resolved = reference.resolve("#{seed.USER} #{seed.USER}", SCOPE, lambda value, at: f"{value}@{at}")

    assert resolved == "ada@0 ada@13"


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("#{variables.NOPE}", "production has no variable NOPE"),
        ("#{fairway.nope}", "there is no such fact; there are app, environment"),
        ("#{seed.NOPE}", "seed handed on no NOPE in this execution"),
        ("#{smoke.URL}", "smoke handed on no URL in this execution"),
    ],
)
def test_a_reference_to_nothing_says_why(text: str, why: str) -> None:
    with pytest.raises(reference.Unknown, match=why):
        reference.resolve(text, SCOPE)


def test_outputs_are_read_line_by_line_and_the_later_of_two_holds() -> None:
    content = b"# made by smoke\n\nURL=http://a/?x=1\r\n URL=http://b \nEMPTY=\nEXTRA=1\nEXTRA=2\nno line\nNUL=a\0b\n"

    read = outputs.read(content, ("URL", "EMPTY", "MISSING"))

    assert read.values == {"URL": "http://b ", "EMPTY": ""}
    assert (read.missing, read.extra, read.wrong) == (("MISSING",), ("EXTRA",), (8, 9))


def test_outputs_that_are_no_text_are_refused() -> None:
    with pytest.raises(UnicodeDecodeError):
        outputs.read(b"URL=\xff\n", ("URL",))


@pytest.mark.parametrize(
    ("pattern", "root", "kept", "left"),
    [
        ("report/**", "report", ["report/a.xml", "report/b/c.xml"], ["reports/a.xml", "src/report/a.xml"]),
        ("report", "report", ["report", "report/a.xml", "report/b/c.xml"], ["report.xml"]),
        ("report/*.xml", "report", ["report/a.xml"], ["report/b/c.xml", "report/axml", "report/a.txt"]),
        ("report/**/*.xml", "report", ["report/a.xml", "report/b/c/d.xml"], ["report/a.txt"]),
        ("out/v?/x(1).txt", "out", ["out/v1/x(1).txt"], ["out/v12/x(1).txt", "out/v/x(1).txt"]),
        ("a/b/c.txt", "a/b/c.txt", ["a/b/c.txt"], ["a/b/c_txt"]),
    ],
)
def test_patterns_name_files_and_where_to_look_for_them(
    pattern: str, root: str, kept: list[str], left: list[str]
) -> None:
    assert patterns.fits(pattern)
    assert patterns.root(pattern) == root
    assert [path for path in [*kept, *left] if patterns.matches(path, pattern)] == kept


@pytest.mark.parametrize("text", ["**", "*.xml", "", "/etc/passwd", "a//b", "a/../b", "./a", "a/", "a\\b", "a\nb"])
def test_what_is_no_pattern_is_known(text: str) -> None:
    assert not patterns.fits(text)
