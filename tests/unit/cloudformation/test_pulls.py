"""The pipeline that tries pull requests: what starts it, what it does, and all that it can't reach."""

import json
from collections.abc import Mapping
from typing import Any

import pytest
import yaml

from fairway.cloudformation.pipeline import stack as pipeline
from fairway.domain.app import App, Filter, Patterns, PullEvent, Source
from fairway.domain.aws.wanted import Architecture, Hosting
from support import iam
from support.aws_pipelines import app, environment
from support.stage_calls import HERE

OWN = "PullRequestPipeline"
SOURCE = Source(
    branch="main",
    filters=(
        Filter(
            pull_requests=(PullEvent.OPENED, PullEvent.UPDATED),
            branches=Patterns(includes=("main", "release/*")),
            files=Patterns(excludes=("docs/**",)),
        ),
        Filter(pull_requests=(PullEvent.CLOSED,), branches=Patterns(includes=("main",))),
    ),
)
SHOP = app(environment("staging"), environment("production"), source=SOURCE)


def resources(of: App = SHOP) -> Mapping[str, Any]:
    found: Mapping[str, Any] = pipeline.make(of, "1.2.3").to_dict()["Resources"]
    return found


def properties(name: str, of: App = SHOP) -> Mapping[str, Any]:
    found: Mapping[str, Any] = resources(of)[name]["Properties"]
    return found


def test_without_a_filter_of_pull_requests_there_is_nothing_of_it() -> None:
    found = resources(app(environment(), source=Source(filters=(Filter(branches=Patterns(includes=("a",))),))))

    assert [name for name in found if name.startswith("PullRequest")] == []


def test_a_pull_request_is_fetched_and_tried_and_goes_no_further() -> None:
    found = properties(OWN)["Stages"]

    assert [(stage["Name"], [each["Name"] for each in stage["Actions"]]) for stage in found] == [
        ("Source", ["Source"]),
        ("Try", ["Try"]),
    ]
    assert found[1]["Actions"][0]["Configuration"] == {"ProjectName": {"Ref": "PullRequestProject"}}
    assert "OutputArtifacts" not in found[1]["Actions"][0]


def test_what_happens_to_pull_requests_starts_it_and_no_push_does() -> None:
    (trigger,) = properties(OWN)["Triggers"]
    (source,) = properties(OWN)["Stages"][0]["Actions"]

    assert trigger["GitConfiguration"] == {
        "SourceActionName": "Source",
        "PullRequest": [
            {
                "Events": ["OPEN", "UPDATED"],
                "Branches": {"Includes": ["main", "release/*"]},
                "FilePaths": {"Includes": ["**"], "Excludes": ["docs/**"]},
            },
            {"Events": ["CLOSED"], "Branches": {"Includes": ["main"]}},
        ],
    }
    assert source["Configuration"]["DetectChanges"] == "false"


def test_no_pull_request_starts_the_pipeline_that_deploys() -> None:
    (trigger,) = properties(pipeline.PIPELINE)["Triggers"]

    assert list(trigger["GitConfiguration"]) == ["SourceActionName", "Push"]


def test_pull_requests_are_tried_one_at_a_time_whatever_the_mode() -> None:
    assert properties(OWN)["ExecutionMode"] == "QUEUED"
    assert properties(OWN)["Name"] == "fairway-shop_pull-requests"


def test_the_build_has_docker_an_hour_and_no_cache_that_another_build_could_have_poisoned() -> None:
    found = properties("PullRequestProject")

    assert found["Environment"]["PrivilegedMode"] is True
    assert found["TimeoutInMinutes"] == 60 + 10
    assert found["Cache"] == {"Type": "NO_CACHE"}
    assert "VpcConfig" not in found


def test_it_runs_on_what_the_app_runs_on() -> None:
    hosting = {"production": Hosting(architecture=Architecture.ARM64)}
    shop = app(environment("production"), hosting=hosting, source=SOURCE)

    assert properties("PullRequestProject", shop)["Environment"]["Type"] == "ARM_CONTAINER"


def test_it_runs_the_pinned_program_and_leaves_nothing() -> None:
    spec = yaml.safe_load(properties("PullRequestProject")["Source"]["BuildSpec"])

    assert spec["phases"]["install"]["commands"][1].endswith('"fairway==1.2.3"')
    assert spec["phases"]["build"]["commands"] == ["/opt/fairway/bin/fairway stage try"]
    assert "artifacts" not in spec


def test_its_build_has_no_connection_and_so_gets_the_files_alone() -> None:
    (source,) = properties(OWN)["Stages"][0]["Actions"]
    allowed = iam.statements({"Resources": resources()}, "PullRequestRole")

    assert source["Configuration"]["OutputArtifactFormat"] == "CODE_ZIP"
    assert {action.partition(":")[0] for each in allowed for action in each.actions} == {"logs", "s3"}


@pytest.mark.parametrize("role", ["PullRequestRole", "PullRequestPipelineRole"])
def test_a_pull_request_can_neither_read_nor_replace_what_is_deployed_nor_start_it(role: str) -> None:
    template = {"Resources": resources()}
    allowed = iam.statements(template, role)
    release = f"{iam.resolve(template, {'Fn::GetAtt': ['Artifacts', 'Arn']})}/fairway-shop/Release/x1"
    own = f"{iam.resolve(template, {'Fn::GetAtt': ['PullRequestArtifacts', 'Arn']})}/fairway-shop_pull/Checkout/x1"

    assert iam.allows(allowed, "s3:GetObject", own, {})
    for action, resource in (
        ("s3:GetObject", release),
        ("s3:PutObject", release),
        *(
            ("codebuild:StartBuild", f"arn:aws:codebuild:{HERE}:project/fairway-shop-{stage}")
            for stage in ("build", "deploy-staging", "deploy-production")
        ),
        ("codepipeline:StartPipelineExecution", f"arn:aws:codepipeline:{HERE}:fairway-shop"),
        ("secretsmanager:GetSecretValue", f"arn:aws:secretsmanager:{HERE}:secret:fairway/shop/production-a1B2c3"),
        ("ecr:PutImage", f"arn:aws:parameter:{HERE}:RepositoryArn"),
    ):
        assert not iam.allows(allowed, action, resource, {}), action


def test_what_a_pull_request_has_brought_is_gone_after_a_month() -> None:
    found = resources()["PullRequestArtifacts"]

    assert found["Properties"]["LifecycleConfiguration"]["Rules"][0]["ExpirationInDays"] == 30
    assert found["DeletionPolicy"] == "RetainExceptOnCreate"


def test_nothing_of_a_fairway_toml_but_its_filters_gets_there() -> None:
    assert "staging" not in json.dumps({name: each for name, each in resources().items() if "PullRequest" in name})
