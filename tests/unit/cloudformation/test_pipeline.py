"""The PIPELINE stack: which stages there are, what starts them, what each is handed and under which limits."""

import json
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest
import yaml

from fairway.cloudformation.pipeline import stack as pipeline
from fairway.domain.action import Command, Placed, Request
from fairway.domain.app import App, Build, Filter, Mode, OnFailure, Patterns, Source
from fairway.domain.aws.wanted import Architecture, Hosting
from fairway.domain.schedule import Schedule
from fairway.errors import UsageError
from support.aws_pipelines import DAY, app, environment

VERSION = "1.2.3"
CONNECTION = "arn:aws:codeconnections:eu-central-1:123456789012:connection/1a2b"


def resources(of: App) -> Mapping[str, Any]:
    found: Mapping[str, Any] = pipeline.make(of, VERSION).to_dict()["Resources"]
    return found


def properties(of: App, name: str) -> Mapping[str, Any]:
    found: Mapping[str, Any] = resources(of)[name]["Properties"]
    return found


def stages(of: App) -> Mapping[str, Any]:
    return {each["Name"]: each for each in properties(of, pipeline.PIPELINE)["Stages"]}


def outline(of: App) -> list[str]:
    """Each stage with its actions: `production: Approve 1, Deploy 2`."""
    return [
        f"{name}: " + ", ".join(f"{each['Name']} {each['RunOrder']}" for each in stage["Actions"])
        for name, stage in stages(of).items()
    ]


def test_there_is_a_stage_for_each_environment_after_source_and_build() -> None:
    shop = app(environment("staging"), environment("production", approval=7 * DAY))

    assert outline(shop) == [
        "Source: Source 1",
        "Build: Build 1",
        "staging: Deploy 1",
        "production: Approve 1, Deploy 2",
    ]


def test_an_environment_that_is_no_stage_is_not_deployed_to() -> None:
    shop = replace(app(environment("staging"), environment("production")), stages=("production",))

    assert outline(shop)[2:] == ["production: Deploy 1"]
    assert "DeployStagingProject" not in resources(shop)


def test_actions_of_ones_own_stand_where_a_server_has_them() -> None:
    actions = (
        Placed(action=Request(name="last", url="https://x", order=9)),
        Placed(action=Request(name="tell", url="https://x"), before=True),
        Placed(action=Request(name="one", url="https://x", order=2)),
        Placed(action=Request(name="two", url="https://x", order=2)),
    )
    shop = app(environment("staging", actions=actions), environment("production", actions=actions, approval=7 * DAY))

    assert outline(shop)[2:] == [
        "staging: tell 1, Deploy 2, one 3, two 3, last 4",
        "production: Approve 1, tell 2, Deploy 3, one 4, two 4, last 5",
    ]


def test_an_action_is_told_which_it_is_and_in_which_execution() -> None:
    shop = app(environment("production", actions=(Placed(action=Request(name="tell", url="https://x", timeout=61.0)),)))

    (_, act) = stages(shop)["production"]["Actions"]
    found = properties(shop, "ActProductionProject")

    assert json.loads(act["Configuration"]["EnvironmentVariables"]) == [
        {"name": "FAIRWAY_ACTION", "value": "tell", "type": "PLAINTEXT"},
        {"name": "FAIRWAY_EXECUTION", "value": "#{codepipeline.PipelineExecutionId}", "type": "PLAINTEXT"},
    ]
    assert act["Configuration"]["ProjectName"] == {"Ref": "ActProductionProject"}
    assert act["InputArtifacts"] == [{"Name": "Release"}]
    spec = yaml.safe_load(found["Source"]["BuildSpec"])
    assert spec["phases"]["build"]["commands"] == ['/opt/fairway/bin/fairway stage action production "$FAIRWAY_ACTION"']
    assert (found["Environment"]["PrivilegedMode"], found["TimeoutInMinutes"]) == (False, 2 + 10)


def test_a_command_has_time_to_start_and_its_environments_roles() -> None:
    action = Command(name="smoke", command=("npm", "run", "smoke"), timeout=600.0)
    shop = app(environment("production", actions=(Placed(action=action),)))

    template = pipeline.make(shop, VERSION).to_dict()

    assert {"ActionRoleProduction", "ActionTaskRoleProduction"} <= set(template["Parameters"])
    assert template["Resources"]["ActProductionProject"]["Properties"]["TimeoutInMinutes"] == 10 + 10 + 20
    assert "npm" not in str(template)


def test_nothing_of_a_call_stands_in_the_template() -> None:
    call = Request(name="tell", url="https://hooks.example/s3cr3t", headers={"X": "s3cr3t"}, body="s3cr3t")

    assert "s3cr3t" not in str(resources(app(environment("production", actions=(Placed(action=call),)))))


def test_an_environment_without_actions_has_no_project_for_them() -> None:
    assert "ActProductionProject" not in resources(app(environment("production")))


@pytest.mark.parametrize(
    ("wanted", "said"),
    [
        (OnFailure.RETRY, {"Result": "RETRY", "RetryConfiguration": {"RetryMode": "FAILED_ACTIONS"}}),
        (OnFailure.ROLLBACK, {"Result": "ROLLBACK"}),
    ],
)
def test_a_rejection_is_neither_retried_nor_rolled_back(wanted: OnFailure, said: Mapping[str, Any]) -> None:
    shop = app(environment("production", approval=7 * DAY, on_failure=wanted))

    found = stages(shop)

    assert outline(shop)[2:] == ["Approve-production: Approve 1", "production: Deploy 1"]
    assert "OnFailure" not in found["Approve-production"]
    assert found["production"]["OnFailure"] == said


def test_an_approval_names_the_commit_and_ends_when_the_environment_says() -> None:
    (action, _) = stages(app(environment("production", approval=3 * 3600.0)))["production"]["Actions"]

    assert action["TimeoutInMinutes"] == 180
    assert action["Configuration"] == {"CustomData": "shop: deploy #{Commit.CommitId} to production?"}


def test_what_the_build_leaves_is_what_the_deployments_take() -> None:
    found = stages(app(environment("staging"), environment("production")))

    (source,), (build,) = found["Source"]["Actions"], found["Build"]["Actions"]
    deployments = [found[name]["Actions"][0]["InputArtifacts"] for name in ("staging", "production")]

    assert build["InputArtifacts"] == source["OutputArtifacts"]
    assert deployments == [build["OutputArtifacts"]] * 2


def test_the_commit_is_cloned_whole_and_no_push_counts_but_those_of_the_trigger() -> None:
    shop = app(
        environment(), source=Source(branch="main", paths=("src/**", "!docs/**"), tags=Patterns(includes=("v*",)))
    )

    (source,) = stages(shop)["Source"]["Actions"]
    (trigger,) = properties(shop, pipeline.PIPELINE)["Triggers"]

    assert source["Configuration"] == {
        "ConnectionArn": {"Ref": pipeline.CONNECTION},
        "FullRepositoryId": "acme/shop",
        "BranchName": "main",
        "OutputArtifactFormat": "CODEBUILD_CLONE_REF",
        "DetectChanges": "false",
    }
    assert trigger["GitConfiguration"] == {
        "SourceActionName": "Source",
        "Push": [
            {
                "Branches": {"Includes": ["main"]},
                "FilePaths": {"Includes": ["src/**"], "Excludes": ["docs/**"]},
            },
            {"Tags": {"Includes": ["v*"]}},
        ],
    }


def test_a_source_without_filters_has_no_trigger() -> None:
    shop = app(environment(), source=Source(by_branch=False))

    assert "Triggers" not in properties(shop, pipeline.PIPELINE)


@pytest.mark.parametrize("mode", Mode)
def test_the_mode_is_codepipelines(mode: Mode) -> None:
    found = properties(app(environment(), mode=mode), pipeline.PIPELINE)

    assert (found["PipelineType"], found["ExecutionMode"]) == ("V2", mode.value)


def test_a_connection_that_exists_is_used_and_none_is_made() -> None:
    shop = app(environment())
    assert shop.aws is not None
    shop = replace(shop, aws=replace(shop.aws, repository=replace(shop.aws.repository, connection=CONNECTION)))

    template = pipeline.make(shop, VERSION).to_dict()

    assert pipeline.CONNECTION not in template["Resources"]
    assert template["Outputs"]["Connection"]["Value"] == CONNECTION


def test_the_build_has_docker_and_time_for_what_is_around_it() -> None:
    shop = replace(app(environment()), build=Build(timeout=1801.0))

    found = properties(shop, "BuildProject")

    assert found["TimeoutInMinutes"] == 31 + 10
    assert found["Environment"]["PrivilegedMode"] is True
    assert found["Environment"]["Type"] == "LINUX_CONTAINER"


def test_a_build_never_takes_longer_than_codebuild_lets_it() -> None:
    shop = replace(app(environment()), build=Build(timeout=86400.0 * 2))

    assert properties(shop, "BuildProject")["TimeoutInMinutes"] == 2160


def test_an_image_for_arm_is_built_on_arm() -> None:
    shop = app(environment("production"), hosting={"production": Hosting(architecture=Architecture.ARM64)})

    found = properties(shop, "BuildProject")["Environment"]

    assert found["Type"] == "ARM_CONTAINER"
    assert "aarch64" in found["Image"]


def test_a_deployment_has_no_docker_and_is_told_cloudformations_role() -> None:
    found = properties(app(environment("production")), "DeployProductionProject")["Environment"]

    assert found["PrivilegedMode"] is False
    assert {"Name": "FAIRWAY_STACK_ROLE", "Value": {"Ref": "ServicesRoleProduction"}} in found["EnvironmentVariables"]


def test_each_stage_installs_the_pinned_fairway_and_runs_its_program() -> None:
    shop = app(environment("production"))

    build, deploy = (
        yaml.safe_load(properties(shop, name)["Source"]["BuildSpec"])
        for name in ("BuildProject", "DeployProductionProject")
    )

    assert build["phases"]["install"]["commands"] == [
        "(cd / && python -m venv /opt/fairway)",
        '/opt/fairway/bin/pip install --quiet --disable-pip-version-check "fairway==1.2.3"',
    ]
    assert build["phases"]["build"] == {"on-failure": "ABORT", "commands": ["/opt/fairway/bin/fairway stage build"]}
    assert build["artifacts"] == {"files": ["release.json", "fairway.toml"]}
    assert deploy["phases"]["install"] == build["phases"]["install"]
    assert deploy["phases"]["build"]["commands"] == ["/opt/fairway/bin/fairway stage deploy production"]
    assert "artifacts" not in deploy


def test_nothing_in_the_template_is_a_secret() -> None:
    shop = replace(app(environment("production")), build=Build(secrets=("NPM_TOKEN",)))

    assert "NPM_TOKEN" not in str(resources(shop))


def test_the_schedule_starts_the_pipeline_in_its_own_time_zone() -> None:
    source = Source(schedule=Schedule(cron="30 3 * * 1-5", zone="Europe/Berlin"))

    found = properties(app(environment(), source=source), "Schedule")

    assert found["ScheduleExpression"] == "cron(30 3 ? * 2-6 *)"
    assert found["ScheduleExpressionTimezone"] == "Europe/Berlin"
    assert found["Target"]["Arn"]["Fn::Sub"].endswith(":fairway-shop")


def test_the_artifacts_stay_when_their_stack_goes_and_expire_by_themselves() -> None:
    bucket = resources(app(environment()))["Artifacts"]

    assert bucket["DeletionPolicy"] == "RetainExceptOnCreate"
    assert "BucketName" not in bucket["Properties"]
    (rule,) = bucket["Properties"]["LifecycleConfiguration"]["Rules"]
    assert rule["ExpirationInDays"] == 365


def test_all_that_codepipeline_cant_do_is_named_at_once() -> None:
    filters = tuple(Filter(branches=Patterns(excludes=(name,))) for name in "abc")
    shop = app(environment(approval=1.0), source=Source(filters=filters))

    with pytest.raises(UsageError) as raised:
        pipeline.make(shop, VERSION)

    assert [each.key for each in raised.value.findings] == [
        "source.filters[2]",
        "environments.staging.approval_timeout",
    ]
    assert "source.filters[2]: on AWS a pipeline has at most 3 filters" in raised.value.why
    assert raised.value.hint


def test_an_app_that_is_not_on_aws_is_refused() -> None:
    with pytest.raises(UsageError, match="can't go to AWS"):
        pipeline.make(replace(app(environment()), aws=None), VERSION)
