"""The endpoints of runs over real HTTP, and what they answer to bad input."""

import asyncio
import json
from dataclasses import replace

import pytest

from fairway.adapters.memory.jobs import Deed
from fairway.domain.deployment import RolloutState
from fairway.domain.desired import DesiredEnvironment, DesiredService
from fairway.domain.ids import AppName, EnvironmentName, JobName
from fairway.domain.job import Job
from fairway.domain.schedule import Schedule
from fairway.ports.jobs import JobSpec
from fairway.ports.runs import Timed
from support.pipeline_values import DESCRIPTION, make_release, make_spec

SHOP, PRODUCTION = AppName("shop"), EnvironmentName("production")
RUNS = "/api/v1/apps/shop/runs"
DEEDS = {
    "report": Deed(lines=("one", "two"), takes=0.1),
    "fail": Deed(lines=("no coupons",), code=3),
    "hang": Deed(lines=("waits",), takes=600.0),
}


@pytest.fixture
async def live(served):
    """Release 1 is in production."""

    def deed(spec: JobSpec) -> Deed:
        return DEEDS[spec.command[0]]

    served.jobs.deeds = deed
    release = await served.store.releases.create(make_release(app=SHOP))
    deployment = await served.store.deployments.start(SHOP, PRODUCTION, release.number, previous=None, at=1.0, key="1")
    await served.store.deployments.finish(SHOP, deployment.id, RolloutState.COMPLETED, reason="", at=2.0)
    service = DesiredService(spec=make_spec(), replicas=1, rollout=DESCRIPTION.rollout)
    await served.store.desired.put(DesiredEnvironment(app=SHOP, environment=PRODUCTION, services=(service,)))
    return served


async def begin(served, *command, **more):
    body = {"environment": "production", "command": command, **more}
    answer = await served.api.post(RUNS, json=body)
    assert answer.status_code == 201, answer.text
    return answer.json()


async def stream(served, number, **query):
    answer = await served.api.get(f"{RUNS}/{number}/stream", params=query)
    return [json.loads(line) for line in answer.text.splitlines()]


async def test_a_command_is_run_and_streamed_to_its_end(live):
    run = await begin(live, "report")

    messages = await stream(live, run["number"])

    last = messages[-1]
    assert (run["status"], run["by"], run["release"], run["command"]) == ("PENDING", "owner", 1, ["report"])
    assert [each["text"] for each in messages if each["type"] == "line"] == ["one", "two"]
    assert (last["type"], last["run"]["status"], last["run"]["code"]) == ("end", "SUCCEEDED", 0)


async def test_a_stream_that_broke_off_goes_on_after_the_lines_that_were_seen(live):
    run = await begin(live, "report")
    await stream(live, run["number"])

    again = await stream(live, run["number"], skip=1)

    assert [each["text"] for each in again if each["type"] == "line"] == ["two"]


async def test_the_log_is_there_when_the_container_is_gone(live):
    run = await begin(live, "fail")
    await stream(live, run["number"])
    async with asyncio.timeout(5):
        while live.jobs.jobs:
            await asyncio.sleep(0.01)

    kept = (await live.api.get(f"{RUNS}/{run['number']}/lines")).json()
    none = (await live.api.get(f"{RUNS}/{run['number']}/lines", params={"tail": 0})).json()

    assert (kept, none) == ({"lines": [{"attempt": 1, "text": "no coupons"}]}, {"lines": []})


async def test_runs_are_listed_and_shown(live):
    first = await begin(live, "report")
    second = await begin(live, "fail")
    for run in (first, second):
        await stream(live, run["number"])

    listed = (await live.api.get(RUNS, params={"limit": 1, "environment": "production"})).json()["runs"]
    shown = (await live.api.get(f"{RUNS}/2")).json()

    assert listed == [shown]
    assert (shown["cause"], shown["attempts"][0]["code"], shown["most_attempts"]) == ("exit code 3", 3, 1)


async def test_a_run_is_stopped_by_whoever_asks(live):
    run = await begin(live, "hang")
    streaming = asyncio.create_task(stream(live, run["number"]))
    async with asyncio.timeout(5):
        while (await live.api.get(f"{RUNS}/1")).json()["status"] != "RUNNING":
            await asyncio.sleep(0.01)

    stopping = await live.api.post(f"{RUNS}/1/stop")
    last = (await streaming)[-1]["run"]
    again = await live.api.post(f"{RUNS}/1/stop")

    assert (stopping.status_code, stopping.json()["status"]) == (202, "STOPPING")
    assert (last["status"], last["cause"]) == ("STOPPED", "stopped by owner; exit code 143")
    assert (again.status_code, again.json()["title"]) == (409, "run 1 has ended")


async def test_down_ends_the_runs_of_the_environment_first(live):
    await begin(live, "hang")

    answer = await live.api.post("/api/v1/apps/shop/down", json={"environment": "production"})

    said = [json.loads(line) for line in answer.text.splitlines()]
    run = (await live.api.get(f"{RUNS}/1")).json()
    assert said[0]["text"] == "production: stopping 1 run of jobs"
    assert said[-1] == {"type": "end", "ok": True}
    assert (run["status"], "the environment was taken down" in run["cause"]) == ("STOPPED", True)


async def test_an_app_that_is_deleted_takes_its_runs_and_their_logs_with_it(live):
    await begin(live, "hang")
    folder = live.settings.runs / "shop"
    async with asyncio.timeout(5):
        while not folder.exists():
            await asyncio.sleep(0.01)

    answer = await live.api.delete("/api/v1/apps/shop")

    assert json.loads(answer.text.splitlines()[-1]) == {"type": "end", "ok": True}
    assert (live.jobs.jobs, folder.exists(), live.store.shelf.runs) == ({}, False, {})


async def test_declared_jobs_are_listed_with_their_last_run_and_run_when_somebody_asks(live):
    report = Job(name=JobName("report"), command=("report",), schedule=Schedule(cron="0 3 * * *"))
    live.store.shelf.releases[SHOP, 1] = make_release(
        app=SHOP, number=1, description=replace(DESCRIPTION, jobs=(report,))
    )
    await live.store.timetable.put(
        Timed(app=SHOP, environment=PRODUCTION, job=report.name, schedule=report.schedule, due=9e9)
    )

    begun = await live.api.post(RUNS, json={"environment": "production", "job": "report"})
    await stream(live, begun.json()["number"])
    listed = (await live.api.get("/api/v1/apps/shop/jobs")).json()["jobs"]
    status = (await live.api.get("/api/v1/apps/shop")).json()["environments"][0]["jobs"]
    elsewhere = (await live.api.get("/api/v1/apps/shop/jobs", params={"environment": "staging"})).json()
    unknown = await live.api.post(RUNS, json={"environment": "production", "job": "reprot"})

    assert begun.status_code == 201
    assert listed == status
    assert [(job["name"], job["schedule"], job["next"], job["last"]["status"]) for job in listed] == [
        ("report", "0 3 * * *", 9e9, "SUCCEEDED")
    ]
    assert elsewhere == {"jobs": []}
    assert (unknown.status_code, unknown.json()["hint"]) == (404, "the nearest one is report")


@pytest.mark.parametrize(
    ("body", "status", "title"),
    [
        ({"environment": "production", "command": []}, 422, "there is no command to run"),
        ({"environment": "production", "command": ["x"], "timeout": 0}, 422, "a run is given from one second to a day"),
        ({"environment": "production", "command": ["x"], "service": "wob"}, 404, "there is no service wob"),
        ({"environment": "staging", "command": ["x"]}, 409, "no release is deployed to staging of shop"),
        ({"environment": "Not a name", "command": ["x"]}, 422, '"Not a name" can\'t name an environment'),
    ],
)
async def test_what_can_not_be_run_is_refused(live, body, status, title):
    answer = await live.api.post(RUNS, json=body)

    assert (answer.status_code, answer.json()["title"]) == (status, title)


@pytest.mark.parametrize("path", ["/9", "/9/stream", "/9/lines"])
async def test_a_run_that_is_not_there_is_told(live, path):
    answer = await live.api.get(RUNS + path)

    assert (answer.status_code, answer.json()["title"]) == (404, "shop has no run 9")
