"""What fairway.toml says of the pipeline: approvals, modes, and the definition that comes of it."""

from fairway.domain import pipeline
from fairway.domain.app import Mode, OnFailure
from fairway.domain.pipeline import WEEK, Approval, Duty
from fairway.manifest.load import load


def test_an_environment_with_an_approval_has_it_in_front_of_its_deployment() -> None:
    app = load('app = "a"\n[environments.staging]\n[environments.production]\napproval = true\n')

    definition = pipeline.define(app)

    assert [stage.name for stage in definition.stages] == ["source", "build", "package", "staging", "production"]
    assert definition.stages[3].actions == (Duty(name="deploy"),)
    assert definition.stages[4].actions == (Approval(timeout=WEEK), Duty(name="deploy", order=2))
    assert definition.mode is Mode.SUPERSEDED


def test_the_time_for_an_approval_and_the_mode_can_be_chosen() -> None:
    app = load(
        'app = "a"\n[environments.production]\napproval = true\napproval_timeout = "72h"\n[pipeline]\nmode = "queued"\n'
    )

    definition = pipeline.define(app)

    assert definition.stages[3].actions[0] == Approval(timeout=72 * 3600.0)
    assert definition.mode is Mode.QUEUED


def test_plain_requests_are_sent_on_to_https_unless_an_environment_says_otherwise() -> None:
    app = load('app = "a"\n[environments.staging]\n[environments.production]\nhttps = "optional"\n')

    assert [each.redirect for each in app.environments] == [True, False]


def test_what_happens_on_failure_is_said_for_each_environment() -> None:
    app = load('app = "a"\n[environments.staging]\n[environments.production]\non_failure = "rollback"\n')

    staging, production = pipeline.define(app).stages[3:]

    assert (staging.on_failure, production.on_failure) == (OnFailure.NONE, OnFailure.ROLLBACK)
