"""`fairway pipeline` as it is read."""

from typing import Any

from fairway.cli.commands import pipeline

NOW = 10_000.0


def action(name: str, kind: str = "duty", order: int = 1) -> dict[str, Any]:
    return {"name": name, "kind": kind, "order": order}


def stage(name: str, *actions: dict[str, Any], **more: Any) -> dict[str, Any]:
    base = {"name": name, "actions": list(actions), "on_failure": "NONE", "disabled": None}
    return {**base, "inside": [], "waiting": [], **more}


def present(number: int, **more: Any) -> dict[str, Any]:
    base = {"number": number, "commit": "9c1f2e7" + "0" * 33, "subject": "Add coupons", "since": None, "waits": None}
    return {**base, **more}


DOCUMENT = {
    "app": "shop-api",
    "version": 3,
    "mode": "SUPERSEDED",
    "execution": 43,
    "schedule": {"cron": "0 3 * * 1", "zone": "Europe/Berlin", "branch": "master", "due": NOW + 7300},
    "stages": [
        stage("source", action("source")),
        stage("build", action("build"), inside=[present(43, since=NOW - 12)]),
        stage("package", action("package")),
        stage("staging", action("load", "command", 2), action("deploy"), action("smoke", "command", 2)),
        stage(
            "production",
            action("approval", "approval"),
            action("deploy", order=2),
            on_failure="ROLLBACK",
            disabled={"stage": "production", "by": "ada", "at": NOW - 7200, "reason": "a sale is on"},
            waiting=[
                present(
                    42,
                    waits={
                        "stage": "production",
                        "cause": "production, which is held back",
                        "command": "",
                        "person": True,
                    },
                )
            ],
            inside=[
                present(
                    41,
                    since=NOW - 700,
                    waits={
                        "stage": "production",
                        "cause": "approval of production",
                        "command": "fairway approve 41",
                        "person": True,
                    },
                )
            ],
        ),
    ],
}


def test_the_pipeline_is_drawn_with_its_actions_what_is_held_back_and_who_is_where() -> None:
    assert pipeline.lines(DOCUMENT, now=NOW, width=120) == [
        "shop-api   pipeline version 3   superseded",
        "  schedule  0 3 * * 1 Europe/Berlin, next Thu 1 Jan 05:48, in 2 h 1 min",
        "",
        "  source      source",
        '  build       build                                       ● execution 43 for 12 s   9c1f2e7 "Add coupons"',
        "  package     package",
        "  staging     deploy → load (command) + smoke (command)",
        "  ✗ held back by ada 2 hours ago: a sale is on",
        "    fairway transition enable production",
        '  … execution 42 waits for production, which is held back   9c1f2e7 "Add coupons"',
        "  production  approval → deploy; on failure: rollback",
        "              ● execution 41 waits for approval: fairway approve 41   9c1f2e7",
    ]


def test_no_line_is_wider_than_the_terminal_and_long_actions_have_their_executions_below() -> None:
    many = stage("staging", *(action(f"check-{number}", "command", number) for number in range(5)))
    document = {**DOCUMENT, "stages": [*DOCUMENT["stages"][:2], {**many, "inside": [present(40, since=NOW - 5)]}]}

    narrow = pipeline.lines(document, now=NOW, width=80)

    assert all(len(line) <= 80 for line in narrow)
    assert narrow[4].startswith("  build       build ") and "● execution 43 for 12 s" in narrow[4]
    assert pipeline.lines(DOCUMENT, now=NOW, width=80)[-1].endswith(": fairway approve 41   9c1f2e7")
    assert narrow[-1].strip() == '● execution 40 for 5.0 s   9c1f2e7 "Add coupons"'


def test_of_many_executions_in_front_of_a_stage_the_newest_are_shown_and_the_others_counted() -> None:
    document = {**DOCUMENT, "stages": [stage("build", action("build"), waiting=[present(n) for n in range(1, 9)])]}

    drawn = pipeline.lines(document, now=NOW, width=100)

    assert [line.split()[2] for line in drawn if "execution" in line] == ["6", "7", "8"]
    assert "  … and 5 older ones" in drawn


def test_without_a_definition_there_is_nothing_to_draw() -> None:
    assert pipeline.lines({"app": "a", "version": None}, now=NOW, width=80) == []


def test_the_head_of_a_pull_request_is_told_from_a_push() -> None:
    document = {**DOCUMENT, "stages": [stage("build", action("build"), inside=[present(44, pull_request=7)])]}

    drawn = pipeline.lines(document, now=NOW, width=100)

    assert drawn[-1].endswith('● execution 44 of pull request 7   9c1f2e7 "Add coupons"')
