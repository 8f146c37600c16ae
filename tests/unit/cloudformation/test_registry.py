"""The repository of images: what is kept in it, so that an app can go back."""

import json

from fairway.cloudformation import registry
from fairway.domain.app import App
from fairway.domain.aws import names
from support import aws_apps
from support.ecr_expiry import DAY, Image, expired

NOW = 1000 * DAY


def staged() -> App:
    return aws_apps.make_app(aws_apps.make_environment("staging"), aws_apps.make_environment("production"))


def make_image(number: int, *environments: str, age: float = 1.0, tagged: bool = True) -> Image:
    """Pushed `age` days ago, tagged with its commit, and deployed to these."""
    digest = f"sha256:{number:012x}{0:052x}"
    deployed = tuple(names.deployed(environment, digest) for environment in environments)
    return Image(digest=digest, tags=(f"{number:040x}", *deployed) if tagged else (), pushed_at=NOW - age * DAY)


def gone(*images: Image) -> set[str]:
    return expired(registry.lifecycle(staged()), images, now=NOW)


def test_images_stay_when_the_stack_goes_and_tags_never_move() -> None:
    repository = registry.make(aws_apps.minimal()).to_dict()["Resources"]["Images"]

    assert (repository["DeletionPolicy"], repository["UpdateReplacePolicy"]) == ("Retain", "Retain")
    assert repository["Properties"]["ImageTagMutability"] == "IMMUTABLE"
    assert repository["Properties"]["ImageScanningConfiguration"] == {"ScanOnPush": True}


def test_a_busy_staging_never_takes_productions_image_away() -> None:
    production = make_image(0, "staging", "production", age=400)
    busy = [make_image(number, "staging", age=300 - number / 10) for number in range(1, 1000)]

    assert production.digest not in gone(production, *busy)


def test_each_environment_keeps_as_many_images_as_releases() -> None:
    images = [make_image(number, "staging", "production", age=100 - number / 10) for number in range(100)]

    kept = {image.digest for image in images} - gone(*images)

    assert kept == {image.digest for image in images[-registry.DEPLOYED :]}


def test_what_was_deployed_nowhere_goes_when_there_are_many() -> None:
    images = [make_image(number, age=100 - number / 10) for number in range(registry.OTHERS + 5)]

    assert gone(*images) == {image.digest for image in images[:5]}


def test_what_has_no_tag_goes_after_a_week() -> None:
    young, old = make_image(1, age=6.9, tagged=False), make_image(2, age=7.1, tagged=False)

    assert gone(young, old) == {old.digest}


def test_an_environment_whose_name_begins_with_anothers_keeps_its_own() -> None:
    app = aws_apps.make_app(aws_apps.make_environment("eu"), aws_apps.make_environment("eu-west"))
    old = make_image(0, "eu", age=500)
    busy = [make_image(number, "eu-west", age=100) for number in range(1, 300)]

    assert old.digest not in expired(registry.lifecycle(app), (old, *busy), now=NOW)


def test_the_policy_is_one_that_ecr_takes() -> None:
    policy = registry.lifecycle(aws_apps.largest())

    priorities = [rule["rulePriority"] for rule in policy["rules"]]
    assert priorities == sorted(set(priorities))
    assert len(priorities) <= 50
    assert 100 <= len(json.dumps(policy, indent=1)) <= 30720
