"""What is gathered of a failed task has none of its app's secrets, and no text at all while they can't be known."""

from collections.abc import AsyncIterator

from fairway.domain.facts import Facts
from fairway.domain.health import ProbeResult
from fairway.domain.ids import TaskId
from fairway.domain.observed import Task, TaskStatus
from fairway.domain.redaction import MASK, Redactor
from fairway.errors import Unavailable
from fairway.orchestrator.facts import Investigator
from fairway.ports.logs import LogLine
from fairway.ports.masks import Mask
from support.pipeline_values import make_spec

SPEC = make_spec()
TASK = Task(
    id=TaskId("3fa9c0ffee00"),
    app=SPEC.app,
    environment=SPEC.environment,
    service=SPEC.service,
    release=SPEC.release,
    deployment=SPEC.deployment,
    status=TaskStatus.STOPPED,
    created_at=1.0,
)


class Printed:
    async def read(
        self, task: TaskId, *, tail: int | None = None, since: float | None = None, follow: bool = False
    ) -> AsyncIterator[LogLine]:
        yield LogLine(task=task, at=1.0, stream="stderr", text="no database at kraken-4711")


class Nothing:
    async def listening(self, task: TaskId) -> None:
        return None

    async def usage(self, task: TaskId) -> None:
        return None


class Known:
    async def of(self, app: str) -> Mask:
        return Redactor(["kraken-4711"])


class Away:
    async def of(self, app: str) -> Mask:
        raise Unavailable("the store did not answer")


async def gather(masks: Known | Away) -> Facts:
    investigator = Investigator(inspector=Nothing(), logs=Printed(), masks=masks)
    probe = ProbeResult(ok=False, detail="GET / answered 500 kraken-4711")
    return await investigator.gather(TASK, SPEC, probe, 2.0)


async def test_log_and_probe_are_masked() -> None:
    facts = await gather(Known())

    assert facts.log == (f"no database at {MASK}",)
    assert facts.probe is not None and facts.probe.detail == f"GET / answered 500 {MASK}"


async def test_without_the_mask_nothing_is_shown() -> None:
    facts = await gather(Away())

    assert facts.log == (MASK,) and facts.probe is not None and facts.probe.detail == MASK
