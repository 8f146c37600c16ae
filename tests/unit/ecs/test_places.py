"""ecs.toml: every key, an environment's own, and all that is wrong at once."""

from pathlib import Path

import pytest

from fairway.adapters.ecs import places
from fairway.errors import UsageError

GOOD = """
region = "eu-central-1"
cluster = "fairway"
subnets = ["subnet-1", "subnet-2"]
security_groups = ["sg-1"]
execution_role = "arn:aws:iam::1:role/execution"
log_group = "/fairway/tasks"

[environments."shop/production"]
cluster = "shop"
target_group = "arn:aws:elasticloadbalancing:eu-central-1:1:targetgroup/shop/1"
public = true
"""


def read(home: Path, text: str) -> places.Places:
    (home / places.FILE).write_text(text)
    return places.read(home)


def test_an_environment_has_what_it_names_and_the_rest_from_above(tmp_path: Path) -> None:
    found = read(tmp_path, GOOD)

    usual, own = found.of("shop", "staging"), found.of("shop", "production")
    assert (found.region, usual.cluster, usual.target_group, usual.public) == ("eu-central-1", "fairway", None, False)
    assert (own.cluster, own.public, own.subnets) == ("shop", True, ("subnet-1", "subnet-2"))
    assert own.target_group is not None
    assert found.clusters() == ["fairway", "shop"]


def test_everything_that_is_wrong_is_told_at_once(tmp_path: Path) -> None:
    usual = 'subnets = "subnet-1"\ncapacity = "LAMBDA"\nclusters = "x"\n'
    bad = f'{usual}[environments.shop]\n[environments."a/b"]\npublic = 1\n'

    with pytest.raises(UsageError) as caught:
        read(tmp_path, bad)

    told = {each.key: each.message for each in caught.value.findings}
    assert told["subnets"] == "is no list of ids"
    assert told["capacity"] == "is none of FARGATE, FARGATE_SPOT, EC2"
    assert told["clusters"].startswith("is not known; there are architecture, capacity, cluster,")
    assert told["region"] == told["cluster"] == told["execution_role"] == told["log_group"] == "is missing"
    assert told['environments."shop"'] == "is no APP/ENVIRONMENT with a table"
    assert told['environments."a/b".public'] == "is neither true nor false"


def test_a_file_that_is_not_there_and_one_that_is_no_toml_are_named(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="is not there"):
        places.read(tmp_path)
    with pytest.raises(UsageError, match="is no TOML"):
        read(tmp_path, "region = ")
