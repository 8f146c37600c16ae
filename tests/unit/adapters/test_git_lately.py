"""What git was asked lately is not asked again."""

import asyncio

import pytest

from fairway.adapters.git.lately import MOST, Lately
from fairway.errors import NotFound


class Git:
    """Answers with the number of times that it was asked, when it is told to."""

    def __init__(self) -> None:
        self.asked = 0
        self.may_answer = asyncio.Event()
        self.may_answer.set()

    async def __call__(self) -> int:
        self.asked += 1
        answer = self.asked
        await self.may_answer.wait()
        return answer


async def test_the_same_question_is_asked_once() -> None:
    lately, git = Lately[int](), Git()

    answers = [await lately.get(("shop", "a"), git), await lately.get(("shop", "a"), git)]

    assert answers == [1, 1] and await lately.get(("shop", "b"), git) == 2


async def test_who_asks_meanwhile_waits_for_the_same_answer() -> None:
    lately, git = Lately[int](), Git()
    git.may_answer.clear()

    asking = [asyncio.ensure_future(lately.get(("shop", "a"), git)) for _ in range(3)]
    await asyncio.sleep(0)
    git.may_answer.set()

    assert await asyncio.gather(*asking) == [1, 1, 1]


async def test_what_failed_or_is_not_kept_is_asked_again() -> None:
    lately, git = Lately[int](keeps=lambda answer: answer > 1), Git()

    async def fail() -> int:
        raise NotFound("no such commit")

    with pytest.raises(NotFound):
        await lately.get(("shop", "a"), fail)

    assert [await lately.get(("shop", "a"), git) for _ in range(3)] == [1, 2, 2]


async def test_one_that_is_cancelled_leaves_the_next_to_ask() -> None:
    lately, git = Lately[int](), Git()
    git.may_answer.clear()
    first, second = (asyncio.ensure_future(lately.get(("shop", "a"), git)) for _ in range(2))
    await asyncio.sleep(0)

    first.cancel()
    git.may_answer.set()

    assert await second == 2


async def test_only_so_many_are_kept_the_latest() -> None:
    lately, git = Lately[int](), Git()
    for number in range(MOST + 1):
        await lately.get(("shop", str(number)), git)

    again = await lately.get(("shop", "0"), git)

    assert again == MOST + 2 and await lately.get(("shop", str(MOST)), git) == MOST + 1


async def test_a_repository_that_is_gone_is_forgotten() -> None:
    lately, git = Lately[int](), Git()
    for app in ("shop", "desk"):
        await lately.get((app, "a"), git)

    lately.forget("shop")

    assert [await lately.get((app, "a"), git) for app in ("shop", "desk")] == [3, 2]
