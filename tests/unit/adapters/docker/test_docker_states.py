"""When Docker is asked about a container, and what its events alone tell."""

from typing import Any

from fairway.adapters.docker.events import Change, read_change
from fairway.adapters.docker.states import States

ID = "c" * 64
BEGAN = "2026-01-01T00:00:00.5Z"


class Daemon:
    """Stands in for the connection: one container, and how often it was asked about."""

    def __init__(self) -> None:
        self.asked = 0
        self.state: dict[str, Any] = {
            "Status": "running",
            "StartedAt": BEGAN,
            "FinishedAt": "0001-01-01T00:00:00Z",
            "ExitCode": 0,
            "OOMKilled": False,
            "Error": "",
            "Pid": 4711,
        }

    async def call(self, method: str, path: str) -> Any:
        self.asked += 1
        return {"Created": BEGAN, "State": self.state}


def listed(state: str) -> dict[str, str]:
    return {"Id": ID, "State": state}


def change(action: str, **attributes: str) -> Change:
    return read_change({"Action": action, "timeNano": 2_000_000_000, "Actor": {"ID": ID, "Attributes": attributes}})


def made() -> tuple[States, Daemon]:
    daemon = Daemon()
    return States(daemon), daemon  # type: ignore[arg-type]


async def test_a_container_that_has_not_changed_is_asked_about_once() -> None:
    states, daemon = made()

    first, second = await states.find(listed("running")), await states.find(listed("running"))

    assert first == second
    assert daemon.asked == 1


async def test_a_container_has_ended_as_its_event_says_while_docker_still_lists_it_as_running() -> None:
    states, daemon = made()
    await states.find(listed("running"))

    states.told(change("die", exitCode="137"))
    ended = await states.find(listed("running"))

    assert ended is not None
    assert (ended.status, ended.code, ended.stopped_at, ended.oom_killed) == ("exited", 137, 2.0, False)
    assert daemon.asked == 1


async def test_memory_that_ran_out_is_told_with_the_end() -> None:
    states, _ = made()
    states.told(change("oom"))
    await states.find(listed("running"))

    states.told(change("die", exitCode="137"))
    ended = await states.find(listed("running"))

    assert ended is not None
    assert ended.oom_killed


async def test_what_docker_says_of_the_end_takes_the_events_place() -> None:
    states, daemon = made()
    await states.find(listed("running"))
    states.told(change("die", exitCode="1"))
    daemon.state |= {"Status": "exited", "ExitCode": 1, "Error": "it says more"}

    told = await states.find(listed("exited"))

    assert told is not None
    assert told.error == "it says more"


async def test_a_container_that_was_started_again_is_not_taken_for_ended() -> None:
    states, _ = made()
    await states.find(listed("running"))
    states.told(change("die", exitCode="0"))

    states.told(change("start"))
    again = await states.find(listed("running"))

    assert again is not None
    assert again.status == "running"


async def test_of_a_container_that_was_never_seen_alive_docker_is_asked() -> None:
    states, daemon = made()
    daemon.state |= {"Status": "exited", "ExitCode": 3}

    states.told(change("die", exitCode="3"))
    ended = await states.find(listed("exited"))

    assert ended is not None
    assert (ended.code, daemon.asked) == (3, 1)
