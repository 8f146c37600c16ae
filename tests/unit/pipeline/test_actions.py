"""Commands of one's own in a stage: in their order, beside each other, handed on, stopped, tried again, resumed."""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from fairway.adapters.memory.clock import LoopClock
from fairway.adapters.memory.jobs import Deed, MemoryJobs, Started
from fairway.adapters.memory.web import Host, MemoryWeb
from fairway.domain import pipeline
from fairway.domain.action import MIB, Command, Placed, Request
from fairway.domain.app import Environment, OnFailure
from fairway.domain.execution import ActionStatus, Execution, ExecutionStatus, Kind, Stage
from fairway.domain.ids import JobId
from fairway.domain.moves import Move, MoveAction
from fairway.domain.pipeline import Definition, plain
from fairway.domain.progression import RetryMode
from fairway.environment.handed import Handed
from fairway.errors import Unavailable, WorkFailed
from fairway.manifest.load import load
from fairway.pipeline import artifacts
from fairway.pipeline.artifacts import Artifacts
from fairway.pipeline.stages import package
from fairway.pipeline.stages.command import EVERY, CommandRunner, keep_clear, sweep
from fairway.pipeline.stages.request import RequestRunner
from fairway.pipeline.work import Done
from fairway.ports.jobs import OUTPUT, JobSpec
from support.pipeline_stages import Rig
from support.pipeline_values import APP, PUSH, REVISION, STAGING

VARIABLES = {"DATABASE_URL": "postgres://db", "FAIRWAY_APP": "not-this"}
PACKAGED = {package.KEY: {"repository": "localhost:7879/shop-api", "digest": "sha256:1c", "size": 1}}
SMOKE = Placed(action=Command(name="smoke", command=("npm", "run", "smoke"), timeout=60.0))
CHECK = Placed(action=Command(name="check", command=("/bin/sh", "-c", "exec ./check")), before=True)

Deeds = Mapping[str, Deed]


async def at_once(function: Callable[..., None], *arguments: object) -> None:
    function(*arguments)


class Place:
    """A rig whose staging has actions, run by a fake that does what `deeds` say by the action's name."""

    def __init__(
        self,
        root: Path,
        deeds: Deeds | None = None,
        *,
        before: "Place | None" = None,
        wrap: Callable[[Any], Any] = lambda executions: executions,
    ) -> None:
        self.clock = LoopClock()
        self.deeds = dict(deeds or {})
        self.specs: list[JobSpec] = []
        self.jobs = before.jobs if before else MemoryJobs(self.clock, self._deed)
        self.web = MemoryWeb({"hooks.example.com": Host(takes=20.0)})
        self.artifacts = Artifacts(root, apart=at_once)
        runner = CommandRunner(self.jobs, self._variables, Handed(b"k" * 32), self.artifacts, load)
        store, disk = (before.rig.store, before.rig.disk) if before else (None, None)
        self.rig = Rig(
            root,
            store=store,
            disk=disk,
            wrap=wrap,
            more={"command": runner, "request": RequestRunner(self.web, self._variables, Handed(b"k" * 32))},
        )
        self.rig.stages.answers["package"] = Done(outputs=PACKAGED)

    def _deed(self, spec: JobSpec) -> Deed:
        self.specs.append(spec)
        return self.deeds.get(spec.name, Deed())

    async def _variables(self, *_: object) -> Mapping[str, str]:
        return VARIABLES

    async def push(self, *actions: Placed, on_failure: OnFailure = OnFailure.NONE) -> int:
        """Push a commit whose staging has the actions."""
        if not await self.rig.store.apps.list():
            await self.rig.open()
            await self.rig.store.apps.create(APP, at=1.0)
        described = Environment(name=STAGING, services=(), actions=actions, on_failure=on_failure)
        staging = pipeline.define_environment(described)
        definition = Definition(stages=(*plain(("source", "build", "package")), staging, *plain(("production",))))
        execution = await self.rig.store.executions.create(APP, REVISION, PUSH, definition, at=1.0)
        await self.rig.executor.submitted(APP, execution.number)
        return execution.number

    async def finish(self, number: int = 1) -> ExecutionStatus:
        """Return when the execution has ended."""
        return await self.until(lambda: None, number)

    async def until(self, reached: Callable[[], object], number: int = 1) -> ExecutionStatus:
        """Return when the condition holds, or the execution has ended."""
        while not (reached() or (await self.rig.get(number)).finished):
            await asyncio.sleep(0.01)
        return (await self.rig.get(number)).status

    async def staging(self, number: int = 1) -> Stage:
        stage = (await self.rig.get(number)).stage("staging")
        assert stage is not None
        return stage

    def log(self) -> list[str]:
        return self.rig.logs.read(APP, 1, "staging").splitlines()


class SlowSuccess:
    """The executions of a store that takes a second to write down that an action of a user's own succeeded."""

    def __init__(self, executions: Any) -> None:
        self._executions = executions

    def __getattr__(self, name: str) -> Any:
        return getattr(self._executions, name)

    async def change(self, execution: Execution, moves: Sequence[Move], *, at: float) -> bool:
        first = moves[0]
        if isinstance(first, MoveAction) and first.action == "beside" and first.to is ActionStatus.SUCCEEDED:
            await asyncio.sleep(1.0)
        return bool(await self._executions.change(execution, moves, at=at))


def statuses(stage: Stage) -> dict[str, ActionStatus]:
    return {each.action.name: each.status for each in stage.actions}


async def test_actions_run_around_the_deployment_and_the_next_stage_follows(tmp_path: Path) -> None:
    place = Place(tmp_path, {"check": Deed(lines=("14 tables",)), "smoke": Deed(lines=("3 passed",))})

    await place.push(SMOKE, CHECK)
    status = await place.finish()

    assert status is ExecutionStatus.SUCCEEDED
    assert (await place.staging()).summary == "check passed; did staging; smoke passed"
    assert place.log() == [
        "check │ $ exec ./check",
        "check │ 14 tables",
        "staging begins",
        "smoke │ $ npm run smoke",
        "smoke │ 3 passed",
    ]
    assert await place.jobs.list() == [], "what has ended is removed"


async def test_a_command_gets_the_environments_variables_and_where_it_runs(tmp_path: Path) -> None:
    place = Place(tmp_path, {"smoke": Deed(takes=30.0)})
    action = replace(SMOKE.action, variables={"COMMIT": "#{fairway.commit}", "DB": "#{variables.DATABASE_URL}"})

    await place.push(Placed(action=action))
    await place.until(lambda: place.jobs.jobs)

    (started,) = place.jobs.jobs.values()
    assert started.variables == {
        "DATABASE_URL": "postgres://db",
        "COMMIT": REVISION.commit,
        "DB": "postgres://db",
        "FAIRWAY_APP": "shop-api",
        "FAIRWAY_ENVIRONMENT": "staging",
        "FAIRWAY_EXECUTION": "1",
        "FAIRWAY_COMMIT": REVISION.commit,
        "FAIRWAY_ACTION": "smoke",
        "FAIRWAY_OUTPUT": OUTPUT,
    }
    assert (started.spec.image.digest, started.spec.memory) == ("sha256:1c", 512 * MIB)
    await place.finish()


async def test_a_failed_check_before_the_deployment_keeps_it_from_beginning(tmp_path: Path) -> None:
    place = Place(tmp_path, {"check": Deed(lines=("no coupons",), code=3)})

    await place.push(CHECK, SMOKE)
    status = await place.finish()

    stage = await place.staging()
    assert status is ExecutionStatus.FAILED
    assert statuses(stage) == {
        "check": ActionStatus.FAILED,
        "deploy": ActionStatus.PENDING,
        "smoke": ActionStatus.PENDING,
    }
    assert stage.cause is not None
    assert stage.cause.sentence == 'check failed: "exec ./check" ended with exit code 3'
    assert stage.cause.log == ("no coupons",)
    assert stage.cause.fix == "fairway retry 1 runs it again"
    assert stage.cause.more == ("fairway show 1", "fairway show 1 --log staging")
    assert await place.jobs.list() == []


async def test_a_failed_smoke_test_leaves_the_deployment_and_stops_there(tmp_path: Path) -> None:
    place = Place(tmp_path, {"smoke": Deed(code=1)})

    await place.push(SMOKE)
    await place.finish()

    stage = await place.staging()
    assert statuses(stage) == {"deploy": ActionStatus.SUCCEEDED, "smoke": ActionStatus.FAILED}
    assert stage.cause is not None
    assert stage.cause.fix == "fairway retry 1 runs it again; what was deployed to staging stays"
    assert place.rig.stages.ran == ["1/source", "1/build", "1/package", "1/staging"]


@pytest.mark.parametrize(
    ("deed", "sentence", "fix"),
    [
        (Deed(takes=61.0), "smoke took longer than 60 s and was ended", "raise the timeout of the action smoke"),
        (Deed(code=137, oom_killed=True), "more than its 512 MB of memory", "raise the memory of the action smoke"),
        (Deed(code=127), "names a program that is not in the image", "fairway retry 1"),
        (Deed(refused="there is no such image"), "smoke can't start: there is no such image", ""),
    ],
)
async def test_every_end_of_a_command_has_its_cause(tmp_path: Path, deed: Deed, sentence: str, fix: str) -> None:
    place = Place(tmp_path, {"smoke": deed})

    await place.push(SMOKE)
    await place.finish()

    cause = (await place.staging()).cause
    assert cause is not None
    assert sentence in cause.sentence
    assert fix in cause.fix


async def test_actions_of_one_order_run_at_the_same_time(tmp_path: Path) -> None:
    place = Place(tmp_path, {"one": Deed(lines=("1",), takes=30.0), "two": Deed(lines=("2",), takes=30.0)})
    one, two = (Placed(action=Command(name=name, command=("sleep", "30"))) for name in ("one", "two"))

    await place.push(one, two)
    await place.until(lambda: len(place.jobs.jobs) == 2)
    begun = place.clock.now()
    status = await place.finish()

    assert status is ExecutionStatus.SUCCEEDED
    assert place.clock.now() - begun < 31.0
    assert sorted(place.log()[1:]) == ["one │ $ sleep 30", "one │ 1", "two │ $ sleep 30", "two │ 2"]


async def test_one_that_fails_beside_another_lets_that_one_come_to_its_end(tmp_path: Path) -> None:
    place = Place(tmp_path, {"one": Deed(code=1), "two": Deed(takes=30.0)})
    one, two = (Placed(action=Command(name=name, command=("x",))) for name in ("one", "two"))

    await place.push(one, two)
    await place.finish()

    stage = await place.staging()
    assert statuses(stage)["one"] is ActionStatus.FAILED
    assert statuses(stage)["two"] is ActionStatus.SUCCEEDED
    assert await place.jobs.list() == []


async def test_a_call_is_an_action_as_commands_are(tmp_path: Path) -> None:
    place = Place(tmp_path, {"smoke": Deed(files={OUTPUT: b"URL=http://web\n"})})
    tell = Request(name="tell", url="https://hooks.example.com", order=2, body="#{smoke.URL}")

    await place.push(Placed(action=replace(SMOKE.action, outputs=("URL",))), Placed(action=tell))
    status = await place.finish()

    assert status is ExecutionStatus.SUCCEEDED
    assert [call.body for call in place.web.calls] == [b"http://web"]
    assert place.log()[-2:] == ["tell │ POST https://hooks.example.com", "tell │ answered 200"]


async def test_a_stop_breaks_a_call_off(tmp_path: Path) -> None:
    place = Place(tmp_path)
    await place.push(Placed(action=Request(name="tell", url="https://hooks.example.com")))
    await place.until(lambda: place.web.calls)

    await place.rig.executor.stop(APP, 1)

    assert (await place.rig.get(1)).status is ExecutionStatus.STOPPED
    assert statuses(await place.staging())["tell"] is ActionStatus.ABANDONED


async def test_outputs_reach_later_actions_and_are_nowhere_in_clear(tmp_path: Path) -> None:
    written = {OUTPUT: b"TOKEN=s3cret\nOTHER=x\nwhat\n"}
    place = Place(tmp_path, {"smoke": Deed(files=written), "use": Deed(takes=30.0)})
    smoke = Placed(action=replace(SMOKE.action, outputs=("TOKEN",)))
    use = Placed(action=Command(name="use", command=("x",), order=2, variables={"T": "Bearer #{smoke.TOKEN}"}))

    await place.push(smoke, use)
    await place.until(lambda: len(place.jobs.starts) == 2)

    (started,) = place.jobs.jobs.values()
    assert started.variables["T"] == "Bearer s3cret"
    assert "TOKEN" not in started.variables
    assert "s3cret" not in str(await place.rig.store.executions.outputs(APP, 1))
    assert "s3cret" not in str(place.log())
    assert place.log()[-4:-1] == [
        "smoke │ OTHER is not kept: outputs does not name it",
        "smoke │ line 3 of $FAIRWAY_OUTPUT is no NAME=value",
        "smoke │ hands on TOKEN",
    ]
    await place.finish()


async def test_a_value_that_was_handed_on_is_masked_where_a_later_command_prints_it(tmp_path: Path) -> None:
    first = Deed(files={OUTPUT: b"TOKEN=s3cret\n"})
    place = Place(tmp_path, {"smoke": first, "use": Deed(lines=("got s3cret", "bye"), code=1)})
    smoke = Placed(action=replace(SMOKE.action, outputs=("TOKEN",)))
    use = Placed(action=Command(name="use", command=("x",), order=2, variables={"T": "Bearer #{smoke.TOKEN}"}))

    await place.push(smoke, use)
    await place.finish()

    cause = (await place.staging()).cause
    assert "use │ got •••" in place.log()
    assert cause is not None and cause.log == ("got •••", "bye")


@pytest.mark.parametrize(
    ("written", "sentence"),
    [
        (b"", "smoke did not hand on TOKEN"),
        (b"TOKEN=\xff", "smoke wrote no UTF-8 text to $FAIRWAY_OUTPUT"),
        (b"TOKEN=" + b"x" * 70_000, "smoke wrote more than 64 KB to $FAIRWAY_OUTPUT"),
    ],
)
async def test_an_action_that_hands_on_what_can_not_be_used_has_failed(
    tmp_path: Path, written: bytes, sentence: str
) -> None:
    place = Place(tmp_path, {"smoke": Deed(files={OUTPUT: written})})

    await place.push(Placed(action=replace(SMOKE.action, outputs=("TOKEN",))))
    await place.finish()

    cause = (await place.staging()).cause
    assert cause is not None and cause.sentence == sentence


async def test_a_variable_that_is_not_set_fails_the_action_by_its_name(tmp_path: Path) -> None:
    place = Place(tmp_path)

    await place.push(Placed(action=replace(SMOKE.action, variables={"A": "#{variables.NOPE}"})))
    await place.finish()

    cause = (await place.staging()).cause
    assert cause is not None
    assert cause.sentence == "smoke can't begin: staging has no variable NOPE"
    assert place.jobs.starts == []


async def test_a_stop_removes_what_runs(tmp_path: Path) -> None:
    place = Place(tmp_path, {"smoke": Deed(takes=30.0)})
    await place.push(SMOKE)
    await place.until(lambda: place.jobs.jobs)

    await place.rig.executor.stop(APP, 1)

    assert (await place.rig.get(1)).status is ExecutionStatus.STOPPED
    assert statuses(await place.staging())["smoke"] is ActionStatus.ABANDONED
    assert await place.jobs.list() == []


@pytest.mark.parametrize(
    ("mode", "deployed"),
    [(RetryMode.FAILED_ACTIONS, ["1/staging"]), (RetryMode.ALL_ACTIONS, ["1/staging", "1/staging"])],
)
async def test_a_retry_runs_the_command_once_more(tmp_path: Path, mode: RetryMode, deployed: list[str]) -> None:
    place = Place(tmp_path, {"smoke": Deed(lines=("flaky",), code=1)})
    await place.push(SMOKE)
    await place.finish()
    place.deeds["smoke"] = Deed(lines=("fine",))

    await place.rig.executor.retry(APP, 1, mode)
    status = await place.finish()

    assert status is ExecutionStatus.SUCCEEDED
    assert [ran for ran in place.rig.stages.ran if ran.endswith("staging")] == deployed
    assert len(set(place.jobs.starts)) == 2
    assert "smoke │ flaky" in place.log() and "smoke │ fine" in place.log()


async def test_a_server_that_comes_after_a_killed_one_watches_the_same_job_on(tmp_path: Path) -> None:
    first = Place(tmp_path, {"smoke": Deed(lines=("one", "two"), takes=30.0)})
    await first.push(SMOKE)
    await first.until(lambda: "smoke │ two" in first.log())
    await first.rig.executor.close()

    second = Place(tmp_path, before=first)
    await second.rig.open()
    status = await second.finish()

    assert status is ExecutionStatus.SUCCEEDED
    assert len(second.jobs.starts) == 1, "it ran once"
    assert second.log().count("smoke │ one") == 1, "each line stands there once"
    assert "the server was restarted; going on" in second.log()


async def test_lines_of_an_earlier_attempt_are_not_taken_for_those_of_the_one_that_goes_on(tmp_path: Path) -> None:
    first = Place(tmp_path, {"smoke": Deed(lines=("one", "two", "three"), code=1)})
    await first.push(SMOKE)
    await first.finish()
    first.deeds["smoke"] = Deed(lines=("four", "$ npm run smoke", "five"), takes=30.0)
    await first.rig.executor.retry(APP, 1, RetryMode.FAILED_ACTIONS)
    await first.until(lambda: "smoke │ five" in first.log())
    await first.rig.executor.close()

    second = Place(tmp_path, before=first)
    await second.rig.open()
    await second.finish()

    assert second.log()[1:] == [
        "smoke │ $ npm run smoke",
        "smoke │ one",
        "smoke │ two",
        "smoke │ three",
        "attempt 2",
        "smoke │ $ npm run smoke (attempt 2)",
        "smoke │ four",
        "smoke │ $ npm run smoke",
        "smoke │ five",
        "the server was restarted; going on",
    ]


async def test_an_attempt_that_had_written_nothing_when_the_server_died_loses_no_line(tmp_path: Path) -> None:
    first = Place(tmp_path, {"smoke": Deed(lines=("one",), code=1)})
    await first.push(SMOKE)
    await first.finish()
    first.jobs.faults.hang("run")
    await first.rig.executor.retry(APP, 1, RetryMode.FAILED_ACTIONS)
    await first.until(lambda: first.log()[-1] == "smoke │ $ npm run smoke (attempt 2)")
    await first.rig.executor.close()
    log = first.rig.logs.path(APP, 1, "staging")
    log.write_text(log.read_text("utf-8").removesuffix("smoke │ $ npm run smoke (attempt 2)\n"), "utf-8")
    first.jobs.faults.mend()
    first.deeds["smoke"] = Deed(lines=("two",))

    second = Place(tmp_path, before=first)
    await second.rig.open()
    await second.finish()

    assert second.log()[-3:] == [
        "the server was restarted; going on",
        "smoke │ $ npm run smoke (attempt 2)",
        "smoke │ two",
    ]


async def test_a_smoke_test_that_fails_takes_the_environment_back_where_that_is_asked_for(tmp_path: Path) -> None:
    place = Place(tmp_path)
    await place.push(SMOKE)
    await place.finish()
    place.rig.deployed(1, STAGING)
    place.deeds["smoke"] = Deed(code=1)
    starts = len(place.jobs.starts)

    await place.push(SMOKE, on_failure=OnFailure.ROLLBACK)
    await place.finish(2)
    status = await place.finish(3)

    failed, back = await place.staging(2), await place.rig.get(3)
    assert failed.summary.endswith("ended with exit code 1; staging goes back to release 1")
    assert failed.cause is not None and failed.cause.fix == "push a commit that mends it"
    assert (back.kind, status) == (Kind.ROLLBACK, ExecutionStatus.SUCCEEDED)
    assert len(place.jobs.starts) == starts + 1, "a rollback runs no action around its deployment"


async def test_a_check_that_fails_before_the_deployment_leaves_nothing_to_take_back(tmp_path: Path) -> None:
    place = Place(tmp_path)
    await place.push(CHECK)
    await place.finish()
    place.rig.deployed(1, STAGING)
    place.deeds["check"] = Deed(code=1)

    await place.push(CHECK, on_failure=OnFailure.ROLLBACK)
    await place.finish(2)

    assert len(await place.rig.store.executions.list(APP, limit=9)) == 2


async def test_one_that_succeeds_last_beside_one_that_failed_does_not_forget_the_way_back(tmp_path: Path) -> None:
    place = Place(tmp_path, {"beside": Deed(takes=1.0), "smoke": Deed(takes=1.5)}, wrap=SlowSuccess)
    both = (SMOKE, Placed(action=Command(name="beside", command=("x",))))
    await place.push(*both)
    await place.finish()
    place.rig.deployed(1, STAGING)
    place.deeds["smoke"] = Deed(takes=1.5, code=1)

    await place.push(*both, on_failure=OnFailure.ROLLBACK)
    await place.finish(2)

    assert (await place.staging(2)).summary.endswith("staging goes back to release 1")


async def test_a_failed_command_runs_once_more_by_itself_where_that_is_asked_for(tmp_path: Path) -> None:
    place = Place(tmp_path, {"smoke": Deed(code=1)})

    await place.push(SMOKE, on_failure=OnFailure.RETRY)
    status = await place.finish()

    assert status is ExecutionStatus.FAILED
    assert len(set(place.jobs.starts)) == 2


async def test_a_job_whose_workflow_is_lost_is_found_again_too(tmp_path: Path) -> None:
    first = Place(tmp_path, {"smoke": Deed(takes=30.0)})
    await first.push(SMOKE)
    await first.until(lambda: first.jobs.jobs)
    await first.rig.executor.close()
    first.rig.disk.clear()

    second = Place(tmp_path, before=first)
    await second.rig.open()
    status = await second.finish()

    assert status is ExecutionStatus.SUCCEEDED
    assert len(second.jobs.starts) == 1


async def test_jobs_that_nobody_needs_any_more_are_removed_and_others_stay(tmp_path: Path) -> None:
    place = Place(tmp_path, {"smoke": Deed(takes=30.0)})
    await place.push(SMOKE)
    await place.until(lambda: place.jobs.jobs)
    (needed,) = place.jobs.jobs
    place.jobs.jobs[JobId("left")] = place.jobs.jobs[needed]

    await sweep(place.jobs, place.rig.store.executions, place.clock)

    assert list(place.jobs.jobs) == [needed]
    del place.jobs.jobs[needed]


async def test_a_job_whose_removal_was_lost_is_removed_later(tmp_path: Path) -> None:
    place = Place(tmp_path)
    place.jobs.faults.fail("remove", Unavailable("Docker does not answer"))
    await place.push(SMOKE)
    await place.finish()
    (left,) = await place.jobs.list()
    place.jobs.faults.mend()

    keeping = asyncio.create_task(keep_clear(place.jobs, place.rig.store.executions, place.clock))
    await place.until(lambda: not place.jobs.jobs)
    place.jobs.jobs[JobId("late")] = Started(spec=place.specs[-1], variables={}, deed=Deed(), at=place.clock.now())
    await asyncio.sleep(EVERY + 1.0)
    keeping.cancel()

    assert left not in place.jobs.jobs and await place.jobs.list() == []


async def test_left_jobs_wait_for_an_engine_that_does_not_answer(tmp_path: Path) -> None:
    place = Place(tmp_path)
    place.jobs.faults.fail("list", Unavailable("Docker does not answer"))

    async with asyncio.TaskGroup() as group:
        sweeping = group.create_task(sweep(place.jobs, place.rig.store.executions, place.clock))
        await asyncio.sleep(10.0)
        assert not sweeping.done()
        place.jobs.faults.mend()

    assert place.jobs.faults.calls["list"] > 2


async def test_a_job_that_can_not_be_removed_at_once_does_not_hold_the_stage_up(tmp_path: Path) -> None:
    place = Place(tmp_path)
    place.jobs.faults.fail("remove", Unavailable("Docker does not answer"))

    await place.push(SMOKE)
    status = await place.finish()

    assert status is ExecutionStatus.SUCCEEDED
    assert len(await place.jobs.list()) == 1


async def test_files_are_kept_whether_the_command_passes_or_fails(tmp_path: Path) -> None:
    written = {"report/a.xml": b"<a>", "report/b/c.xml": b"<bc>", "report/d.txt": b"no", "e.xml": b"no"}
    place = Place(tmp_path, {"smoke": Deed(files=written, code=1)})

    await place.push(Placed(action=replace(SMOKE.action, artifacts=("report/**/*.xml", "report/a.xml"))))
    status = await place.finish()

    assert status is ExecutionStatus.FAILED
    assert [(each.path, each.size) for each in place.artifacts.list(APP, 1)] == [
        ("report/a.xml", 3),
        ("report/b/c.xml", 4),
    ]
    assert place.artifacts.find(APP, 1, "staging/smoke/report/b/c.xml").read_bytes() == b"<bc>"
    assert place.log()[-1] == "smoke │ keeps 2 files, 7 B"


async def test_what_can_not_be_kept_is_named_and_fails_nothing(tmp_path: Path) -> None:
    written = {
        "out/large": b"x" * (artifacts.LARGEST + 1),
        "out/one": b"x" * artifacts.LARGEST,
        "out/three": b"x" * artifacts.LARGEST,
        "out/two": b"x" * artifacts.LARGEST,
        "out/../../../escaped": b"x",
        "out/bell\x07": b"x",
    }
    place = Place(tmp_path, {"smoke": Deed(files=written)})

    await place.push(Placed(action=replace(SMOKE.action, artifacts=("out",))))
    status = await place.finish()

    assert status is ExecutionStatus.SUCCEEDED
    assert [each.path for each in place.artifacts.list(APP, 1)] == ["out/one", "out/three"]
    assert place.log()[-5:] == [
        "smoke │ out/../../../escaped is not kept: its name is too long, or has characters that no name should have",
        "smoke │ out/bell\ufffd is not kept: its name is too long, or has characters that no name should have",
        "smoke │ out/large is not kept: it has more than 20 MB",
        "smoke │ out/two is not kept: the files of an action have at most 50 MB together",
        "smoke │ keeps 2 files, 40 MB",
    ]


async def test_only_so_many_files_are_kept_and_none_is_said_to_be_none(tmp_path: Path) -> None:
    many = {f"out/{number:03}": b"" for number in range(artifacts.MOST + 30)}
    place = Place(tmp_path, {"smoke": Deed(files=many)})
    actions = [replace(SMOKE.action, artifacts=("out",)), Command(name="none", command=("x",), artifacts=("nope",))]

    await place.push(*(Placed(action=each) for each in actions))
    await place.finish()

    assert len(place.artifacts.list(APP, 1)) == artifacts.MOST
    assert "smoke │ out/200 is not kept: an action keeps at most 200 files" in place.log()
    assert "smoke │ out/219 is not kept: an action keeps at most 200 files" in place.log()
    assert "smoke │ out/220 is not kept" not in "".join(place.log())
    assert "smoke │ keeps 200 files, 0 B; 10 more are not kept" in place.log()
    assert "none │ keeps no file: nothing matches nope" in place.log()


async def test_an_engine_that_can_not_give_the_files_is_told_and_fails_nothing(tmp_path: Path) -> None:
    place = Place(tmp_path)
    place.jobs.faults.fail("files", Unavailable("Docker does not answer", why="connection refused"))

    await place.push(Placed(action=replace(SMOKE.action, artifacts=("out",))))
    status = await place.finish()

    assert status is ExecutionStatus.SUCCEEDED
    assert place.log()[-1] == "smoke │ artifacts are not kept: Docker does not answer: connection refused"


async def test_a_new_attempt_replaces_the_files_of_the_last_one_and_old_executions_lose_theirs(tmp_path: Path) -> None:
    kept = Artifacts(tmp_path, apart=at_once)
    for number in range(1, artifacts.EXECUTIONS + 2):
        await kept.clear(APP, number, "staging", "smoke")
        artifact = artifacts.Artifact(stage="staging", action="smoke", path="a", size=1)
        await kept.keep(APP, number, artifact, b"1")

    await kept.clear(APP, 2, "staging", "smoke")

    assert kept.list(APP, 1) == [], "it is older than the twenty newest"
    assert kept.list(APP, 2) == []
    assert len(kept.list(APP, 3)) == 1


async def test_a_file_that_can_not_be_written_is_no_stack_trace(tmp_path: Path) -> None:
    kept = Artifacts(tmp_path, apart=at_once)
    artifact = artifacts.Artifact(stage="staging", action="smoke", path="a/b", size=1)
    await kept.keep(APP, 1, replace(artifact, path="a"), b"1")

    with pytest.raises(WorkFailed, match="a file can't be written"):
        await kept.keep(APP, 1, artifact, b"1")
