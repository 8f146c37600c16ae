"""What the server makes of domain values and of the hook's lines, without any server."""

import pytest

from fairway.errors import Finding, Unavailable, UsageError, WorkFailed
from fairway.intake.push import Update
from fairway.server import problems, pushes
from fairway.wire import apps
from fairway.wire.apps import Service
from fairway.wire.scaling import Bounds

A, B, NONE = "a" * 40, "b" * 40, "0" * 40


def service(desired: int, healthy: int, failed: int = 0) -> Service:
    return Service(name="web", desired=desired, running=desired, healthy=healthy, failed_lately=failed, port=3000)


ASLEEP = service(0, 0).model_copy(update={"scaling": Bounds(min=0, max=4)})


@pytest.mark.parametrize(
    ("services", "deploying", "serving_old", "expected"),
    [
        ([], False, False, "empty"),
        ([], True, False, "empty"),
        ([service(2, 0)], True, False, "deploying"),
        ([service(2, 2)], False, False, "healthy"),
        ([service(0, 0)], False, False, "down"),
        ([service(1, 1), service(0, 0)], False, False, "healthy"),
        ([service(2, 2, failed=2)], False, False, "healthy"),
        ([service(2, 2, failed=3)], False, False, "degraded"),
        ([service(2, 1)], False, False, "degraded"),
        ([service(2, 2), service(1, 0)], False, False, "degraded"),
        ([service(2, 0)], False, True, "degraded"),
        ([service(2, 0)], False, False, "down"),
        ([ASLEEP], False, False, "healthy"),
    ],
)
def test_one_word_tells_how_an_environment_is(services, deploying, serving_old, expected):
    assert apps.state(services, deploying=deploying, serving_old=serving_old) == expected


def test_the_hooks_lines_become_a_push():
    updates = f"update {NONE} {A} refs/heads/ü x\nupdate {A} {NONE} refs/tags/v1\n"

    push = pushes.read(f"app shop\nby ada lovelace\nid 1f\noption a b\n{updates}".encode())

    assert (push.app, push.by, push.id, push.options) == ("shop", "ada lovelace", "1f", ("a b",))
    assert push.updates == (
        Update(ref="refs/heads/ü x", old=None, new=A),
        Update(ref="refs/tags/v1", old=A, new=None),
    )


@pytest.mark.parametrize(
    "body", ["", "app shop\n", "app a\napp b\nby x\nid 1\n", "app a\nby x\nid 1\nupdate x\n", "\0"]
)
def test_lines_that_no_hook_writes_are_refused(body):
    with pytest.raises(UsageError):
        pushes.read(body.encode())


def test_a_problem_has_every_field_of_the_error():
    finding = Finding(file="fairway.toml", line=3, key="services.web.prot", message="unknown key", hint="port")

    usage = problems.describe(UsageError("what", why="why", hint="hint", docs="docs", findings=[finding]))
    failed = problems.describe(WorkFailed("what", log=["last line"]))

    assert (usage["title"], usage["detail"], usage["hint"], usage["docs"]) == ("what", "why", "hint", "docs")
    assert usage["findings"] == [
        {"file": "fairway.toml", "line": 3, "key": "services.web.prot", "message": "unknown key", "hint": "port"}
    ]
    assert (failed["log"], failed["status"]) == (["last line"], 500)


def test_the_error_that_a_group_of_tasks_has_wrapped_is_found():
    inner = Unavailable("Docker does not answer")
    group = ExceptionGroup("x", [ValueError("y"), ExceptionGroup("z", [inner])])

    assert problems.known(group) is inner
    assert problems.known(ValueError("y")) is None
