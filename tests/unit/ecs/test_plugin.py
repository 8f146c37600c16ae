"""How AWS's session-manager plugin is called."""

import json

from fairway.adapters.ecs import plugin

SESSION = {"sessionId": "ecs-execute-command-0a1b", "streamUrl": "wss://there", "tokenValue": "t0ken"}


def test_the_token_goes_by_a_variable_that_the_first_argument_names() -> None:
    given = plugin.environment(
        {"PATH": "/bin", "AWS_PROFILE": "shop", "https_proxy": "p", "FAIRWAY_TOKEN": "x"}, SESSION
    )
    called = plugin.arguments(
        "/bin/plugin", region="eu-central-1", profile="", target="ecs:fairway_1_2", endpoint="https://ssm"
    )

    assert called[1] == "AWS_SSM_START_SESSION_RESPONSE"
    assert json.loads(given[called[1]]) == {
        "SessionId": "ecs-execute-command-0a1b",
        "StreamUrl": "wss://there",
        "TokenValue": "t0ken",
    }
    assert "t0ken" not in " ".join(called)
    assert sorted(given) == ["AWS_PROFILE", "AWS_SSM_START_SESSION_RESPONSE", "PATH", "https_proxy"]


def test_the_arguments_are_those_of_the_aws_command() -> None:
    called = plugin.arguments(
        "/bin/plugin", region="eu-central-1", profile="shop", target="ecs:fairway_1_2", endpoint="https://ssm"
    )

    assert called[2:] == ["eu-central-1", "StartSession", "shop", '{"Target": "ecs:fairway_1_2"}', "https://ssm"]


def test_versions_are_compared_as_numbers() -> None:
    assert plugin.numbers("1.2.707.0") > plugin.TOO_OLD >= plugin.numbers("1.2.497.0")
    assert plugin.numbers("1.10.0.0") > plugin.TOO_OLD > plugin.numbers("")
