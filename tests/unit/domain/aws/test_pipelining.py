"""What CodePipeline can't do of an app is named with its key, before anything is made."""

from dataclasses import replace
from typing import Any

import pytest

from fairway.domain.action import Command, Placed, Request
from fairway.domain.app import App, Filter, Mode, OnFailure, Source
from fairway.domain.app import Patterns as P
from fairway.domain.aws import pipelining, unfit
from fairway.domain.aws.wanted import Architecture, Hosting
from fairway.domain.managed import Managed
from fairway.domain.schedule import Schedule
from support.aws_pipelines import DAY, app, environment


def calling(**changes: Any) -> Placed:
    return Placed(action=Request(**{"name": "ping", "url": "https://hooks.example/x", **changes}))


def running(**changes: Any) -> Placed:
    return Placed(action=Command(**{"name": "smoke", "command": ("npm", "run", "smoke"), **changes}))


PING = calling(body='{"commit": "#{fairway.commit}", "key": "#{variables.HOOK}"}')


def test_a_command_gets_the_address_of_a_database_that_a_call_does_not() -> None:
    check = running(variables={"URL": "#{variables.DATABASE_URL}"})

    assert pipelining.unfit(app(environment(databases=(Managed(name="main"),), actions=(check,)))) == ()


def test_calls_can_be_had_up_to_a_stages_actions() -> None:
    assert pipelining.unfit(app(environment(actions=(PING,) * 48))) == ()


def test_a_usual_app_can_be_had() -> None:
    usual = app(environment(), environment("production", approval=7 * DAY, on_failure=OnFailure.ROLLBACK))

    assert pipelining.unfit(usual) == ()


def test_nothing_is_asked_of_an_app_that_is_not_on_aws() -> None:
    elsewhere = replace(app(environment(approval=1.0)), aws=None)

    assert pipelining.unfit(elsewhere) == ()


@pytest.mark.parametrize(
    ("asked", "key", "said"),
    [
        (app(environment(approval=299.0)), "environments.staging.approval_timeout", "5 minutes at least"),
        (app(environment(approval=60 * DAY + 1)), "environments.staging.approval_timeout", "60 days at most"),
        (
            app(environment(actions=(PING, running(outputs=("URL",))))),
            "environments.staging.actions[1].outputs",
            "it hands on nothing",
        ),
        (
            app(environment(actions=(running(artifacts=("report/**",)),))),
            "environments.staging.actions[0].artifacts",
            "its files can't be kept",
        ),
        (
            app(environment(actions=(running(cpu=17.0),))),
            "environments.staging.actions[0]",
            "no task is so large",
        ),
        (
            app(environment(actions=(running(variables={"BY": "#{fairway.branch}"}),))),
            "environments.staging.actions[0]",
            "a release says no branch",
        ),
        (
            app(environment(actions=(PING, calling(body="by #{fairway.author}")))),
            "environments.staging.actions[1]",
            "nothing stands for #{fairway.author}: a release says no author",
        ),
        (
            app(
                environment(
                    databases=(Managed(name="main"),),
                    actions=(calling(headers={"X": "#{variables.DATABASE_URL}"}),),
                )
            ),
            "environments.staging.actions[0]",
            "given to its tasks alone",
        ),
        (
            app(environment(actions=(PING,) * 49)),
            "environments.staging.actions",
            "at most 50 actions, two of which are Fairway's; these are 49",
        ),
        (
            app(environment(), source=Source(schedule=Schedule(cron="0 3 1 * 1"))),
            "source.schedule",
            "it names days of the month and days of the week",
        ),
        (
            app(environment(on_failure=OnFailure.ROLLBACK), mode=Mode.PARALLEL),
            "environments.staging.on_failure",
            "no rollback",
        ),
        (
            app(
                environment(),
                environment("production"),
                hosting={"production": Hosting(architecture=Architecture.ARM64)},
            ),
            "environments.production.aws.architecture",
            "builds one image, for x86_64 since staging runs on that, and this is arm64",
        ),
        (app(*(environment(f"e{n}") for n in range(49))), "pipeline.stages", "at most 50 stages, and these are 51"),
        (
            app(environment(), source=Source(filters=tuple(Filter(branches=P(excludes=(name,))) for name in "abc"))),
            "source.filters[2]",
            "at most 3 filters",
        ),
    ],
)
def test_what_codepipeline_cant_do_is_named(asked: App, key: str, said: str) -> None:
    (problem,) = pipelining.unfit(asked)

    assert problem.key == key
    assert said in problem.message
    assert problem.hint


def test_an_approval_is_apart_where_a_rejection_would_be_retried_or_rolled_back() -> None:
    assert not pipelining.approves_apart(environment(approval=DAY))
    assert not pipelining.approves_apart(environment(on_failure=OnFailure.ROLLBACK))
    assert pipelining.approves_apart(environment(approval=DAY, on_failure=OnFailure.RETRY))


def test_the_image_is_built_for_what_the_first_environment_runs_on() -> None:
    arm = {"production": Hosting(architecture=Architecture.ARM64)}

    assert pipelining.architecture(app(environment("production"), hosting=arm)) is Architecture.ARM64
    assert pipelining.architecture(app(environment("staging"), hosting=arm)) is Architecture.X86_64


def test_findings_say_the_key_without_a_line() -> None:
    (finding,) = unfit.findings(pipelining.unfit(app(environment(approval=1.0))))

    assert (finding.file, finding.line, finding.key) == ("fairway.toml", 0, "environments.staging.approval_timeout")
