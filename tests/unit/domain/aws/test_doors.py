"""The door of an environment on AWS, from one step to the next."""

import pytest

from fairway.domain.aws import doors
from fairway.domain.aws.doors import SHUT, STEPS, Door


@pytest.mark.parametrize("door", Door)
def test_from_each_it_is_closed_by_way_of_the_page(door: Door) -> None:
    steps = (door, *STEPS[door])

    assert steps[-1] is Door.CLOSED
    assert door is Door.CLOSED or Door.CLOSING in steps


@pytest.mark.parametrize(
    ("door", "same", "opened"),
    [
        (None, False, Door.OPEN),
        (Door.OPEN, False, Door.OPEN),
        (Door.CLOSING, True, Door.OPEN),
        (Door.CLOSED, False, Door.OPENING),
        (Door.CLOSED, True, Door.OPENING),
        (Door.OPENING, True, Door.OPENING),
        (Door.OPENING, False, Door.OPEN),
    ],
)
def test_a_deployment_opens_it(door: Door | None, same: bool, opened: Door) -> None:
    assert doors.opened(door, same=same) is opened


def test_no_deployment_leaves_it_shut() -> None:
    assert not {doors.opened(door, same=same) for door in Door for same in (True, False)} & SHUT


@pytest.mark.parametrize(
    ("parameters", "found"),
    [({"Door": "closed"}, Door.CLOSED), ({"Door": "ajar"}, None), ({"Door": ""}, None), ({}, None)],
)
def test_a_stack_without_the_parameter_has_none(parameters: dict[str, str], found: Door | None) -> None:
    assert doors.read(parameters) is found
    assert doors.is_shut(parameters) is (found is Door.CLOSED)
