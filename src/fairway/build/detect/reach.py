"""The problem of an app that binds to the loopback interface: it is healthy inside its container, and nothing outside
gets an answer.

Each kind of server says its address in a place of its own, so that many readers find it, and say it in these words.
"""

from fairway.domain.detection import Problem

WHAT = "the app can't be reached from outside its container"


def unreachable(why: str, where: str, fix: str) -> Problem:
    """The problem, with the place that says so."""
    return Problem(what=WHAT, why=f"{why} ({where})", fix=fix, where=where)


def is_unreachable(problem: Problem) -> bool:
    """Whether it is that problem."""
    return problem.what == WHAT
