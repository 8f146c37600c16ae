"""The repository of images: what is kept in it, so that an app can go back."""

import json

from fairway.cloudformation import registry
from support import aws_apps
from support.ecr_expiry import DAY, Image, expired

NOW = 1000 * DAY


def make_image(number: int, *, age: float = 1.0, tagged: bool = True) -> Image:
    """Pushed `age` days ago, tagged with its commit."""
    return Image(digest=f"sha256:{number:064x}", tags=(f"{number:040x}",) if tagged else (), pushed_at=NOW - age * DAY)


def gone(*images: Image) -> set[str]:
    return expired(registry.LIFECYCLE, images, now=NOW)


def test_images_stay_when_the_stack_goes_and_tags_never_move() -> None:
    repository = registry.make(aws_apps.minimal()).to_dict()["Resources"]["Images"]

    assert (repository["DeletionPolicy"], repository["UpdateReplacePolicy"]) == ("RetainExceptOnCreate", "Retain")
    assert repository["Properties"]["ImageTagMutability"] == "IMMUTABLE"
    assert repository["Properties"]["ImageScanningConfiguration"] == {"ScanOnPush": True}


def test_an_image_of_long_ago_can_be_started_while_another_environment_is_busy() -> None:
    production = make_image(0, age=400)
    busy = [make_image(number, age=300 - number / 10) for number in range(1, 900)]

    assert gone(production, *busy) == set()


def test_the_oldest_go_when_there_are_very_many() -> None:
    images = [make_image(number, age=200 - number / 10) for number in range(registry.KEPT + 5)]

    assert gone(*images) == {image.digest for image in images[:5]}


def test_what_has_no_tag_goes_after_a_week() -> None:
    young, old = make_image(1, age=6.9, tagged=False), make_image(2, age=7.1, tagged=False)

    assert gone(young, old) == {old.digest}


def test_the_policy_is_one_that_ecr_takes() -> None:
    priorities = [rule["rulePriority"] for rule in registry.LIFECYCLE["rules"]]

    assert priorities == sorted(set(priorities))
    assert 100 <= len(json.dumps(registry.LIFECYCLE, indent=1)) <= 30720
