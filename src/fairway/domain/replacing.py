"""What happens to the tasks of one service: which start, which get traffic, which leave, and why the others wait.

The rules, in the order of the functions below:

1.  A missing task is started while there is room (`rounding`); after failures it waits for its back-off.
2.  A healthy task gets traffic. While an older release serves well, one of a new release waits until every service of
    the environment has a healthy task: a release whose worker can't start must not answer a single request.
3.  A sick task loses its traffic as soon as another one serves, and is stopped when its replacement serves. It may
    become well in the meantime and is kept then. Only where there is no room for a replacement is it stopped first,
    one at a time.
4.  Tasks of older deployments leave when every service has a healthy task of the desired one, sick ones first, the
    healthy ones as the minimum allows. Before that they leave only to make room for the very first new task. When
    too few serve, old ones that were already leaving are taken back.
5.  Tasks above the desired number leave, the newest first.
"""

from collections.abc import Iterable, Iterator, Sequence

from fairway.domain import draining, retry
from fairway.domain.causes import Causes
from fairway.domain.ids import TaskId
from fairway.domain.observed import ObservedEnvironment, ObservedTask, TaskStatus
from fairway.domain.operation import AttachTarget, Operation, StartTask, WaitBackoff, WaitHealthy, WaitStopped
from fairway.domain.standing import Standing, interrupted, is_draining, is_healthy, is_ready, serves


def backoff(service: Standing, observed: ObservedEnvironment) -> float:
    """The time before which no task is started: none after no failure, nor for the first replacement."""
    if service.desired is None:
        return 0.0
    key = service.desired.spec.deployment, service.service
    failures = observed.failures.get(key, 0)
    return observed.last_failure.get(key, 0.0) + retry.delay(failures - 1) if failures else 0.0


def plan_starts(service: Standing, observed: ObservedEnvironment, now: float) -> Iterator[Operation]:
    """Rule 1. A start that was interrupted by the end of the server is gone on with."""
    if service.desired is None:
        return
    spec = service.desired.spec
    for each in filter(interrupted, service.keep):
        yield StartTask(spec=spec, task=each.task.id, cause="its start was interrupted")
    if service.missing <= 0:
        return
    failures = observed.failures.get((spec.deployment, spec.service), 0)
    until = backoff(service, observed)
    if now < until:
        cause = f"{count(failures, 'failure')} in a row, next attempt in {until - now:.1f} s"
        yield WaitBackoff(service=service.service, until=until, cause=cause)
        return
    cause = f"{len(service.keep)} of {count(service.replicas, 'task')} of release {spec.release}"
    if failures:
        cause += f", attempt {failures + 1}"
    for _ in range(min(service.missing, service.room)):
        yield StartTask(spec=spec, cause=cause)


def plan_traffic(service: Standing, *, arrived: bool) -> Iterator[AttachTarget]:
    """Rule 2, and the taking back of rule 4."""
    if not service.traffic:
        return
    shortage = service.floor - service.serving
    if not held(service, arrived=arrived):
        for each in filter(attachable, service.keep):
            shortage -= 1
            yield attach(each, "wanted again" if is_draining(each) else "healthy")
    if shortage > 0:
        old = sorted(filter(attachable, service.old_healthy), key=lambda each: not is_draining(each))
        yield from (attach(each, "too few others serve") for each in old[:shortage])


def plan_leaving(service: Standing, causes: Causes, *, arrived: bool, backing_off: bool, now: float) -> list[Operation]:
    """Rules 3, 4 and 5."""
    taken_back = {each.task for each in plan_traffic(service, arrived=arrived)}
    sick = leaving_sick(service, backing_off=backing_off)
    old = leaving_old(service, taken_back, arrived=arrived)
    steps = [
        *(draining.leave(each, causes.sick(each), now) for each in sick),
        *(draining.drain(each, causes.sick(each)) for each in unserved_sick(service, sick)),
        *(draining.leave(each, causes.old(each), now) for each in old),
        *(draining.leave(each, causes.surplus(service), now) for each in service.surplus),
    ]
    return [step for step in steps if step is not None]


def plan_waits(service: Standing, causes: Causes, *, arrived: bool, backing_off: bool) -> Iterator[Operation]:
    """Say why nothing happens to the others."""
    waiting = service.traffic and held(service, arrived=arrived)
    for each in service.keep:
        if interrupted(each):
            continue
        if not is_healthy(each):
            yield WaitHealthy(task=each.task.id, service=each.task.service, cause=why_starting(each))
        elif waiting and not is_ready(each):
            cause = "healthy, gets requests when every service has a healthy task"
            yield WaitHealthy(task=each.task.id, service=each.task.service, cause=cause)
    going = {each.task.id for each in leaving_sick(service, backing_off=backing_off)}
    for each in service.sick:
        if each.task.id not in going:
            yield WaitHealthy(
                task=each.task.id, service=each.task.service, cause=f"{causes.sick(each)}, until another one serves"
            )
    for each in service.stopping:
        yield WaitStopped(task=each.task.id, service=each.task.service, cause="has its stop signal")


def held(service: Standing, *, arrived: bool) -> bool:
    """Whether new tasks wait with their traffic: enough old ones serve, and not every service has arrived."""
    return not arrived and service.old_serving >= max(1, service.bounds.minimum)


def leaving_sick(service: Standing, *, backing_off: bool) -> tuple[ObservedTask, ...]:
    """The sick tasks of the desired deployment that are stopped now."""
    replaced = service.missing <= 0 and all(serves(each, traffic=service.traffic) for each in service.keep)
    if replaced:
        return service.sick
    # A place is made only when something can take it at once; what serves in spite of its checks goes last.
    crowded = service.missing > 0 and service.room <= 0 and not service.stopping and not backing_off
    if crowded and not service.old_sick:
        return tuple(sorted(service.sick, key=lambda each: (is_ready(each), each.target is None))[:1])
    return ()


def unserved_sick(service: Standing, going: Sequence[ObservedTask]) -> list[ObservedTask]:
    """The sick tasks that lose their traffic only."""
    stopped = {each.task.id for each in going}
    return [
        each
        for each in service.sick
        if service.serving > 0 and is_ready(each) and each.busy is None and each.task.id not in stopped
    ]


def leaving_old(service: Standing, taken_back: Iterable[TaskId], *, arrived: bool) -> list[ObservedTask]:
    """The tasks of older deployments that leave now, sick ones first."""
    crowded = service.missing > 0 and service.room <= 0
    useless = [*service.old_sick, *service.old_starting]
    if arrived:
        if service.replicas and service.serving == 0:
            # The new ones get their requests at this moment. Until they have them, a sick one that has some keeps them:
            # were both done at once, and the drain came first, nobody would answer.
            useless = [each for each in useless if not is_ready(each)]
        return [*useless, *spare_old(service, set(taken_back), service.serving - service.floor)]
    result = useless if crowded or service.serving > 0 else []
    if crowded and not service.keep and not service.sick:
        # Not one new task has a place: the old ones make room for one. Concrete example: 10 old ones, 2 desired, at
        # most 4: 7 have to leave, and 8 can, as 2 must go on serving.
        needed = 1 - service.room - len(service.stopping) - len(result)
        result = [
            *result,
            *spare_old(service, set(taken_back), service.serving - service.bounds.minimum)[: max(0, needed)],
        ]
    return result


def spare_old(service: Standing, taken_back: set[TaskId], budget: int) -> list[ObservedTask]:
    """The healthy old tasks that can be spared: those that serve no more, then as many of the others as `budget`."""
    idle = [each for each in service.old_healthy if not serves(each, traffic=service.traffic)]
    serving = [each for each in service.old_healthy if serves(each, traffic=service.traffic)]
    return [*(each for each in idle if each.task.id not in taken_back), *serving[: max(0, budget)]]


def attachable(each: ObservedTask) -> bool:
    """Whether it is healthy, has no traffic, and nothing is being done to it."""
    known = each.task.address is not None and each.task.port is not None
    return is_healthy(each) and known and each.busy is None and not is_ready(each)


def attach(each: ObservedTask, cause: str) -> AttachTarget:
    """Give it traffic."""
    return AttachTarget(task=each.task.id, service=each.task.service, cause=cause)


def why_starting(each: ObservedTask) -> str:
    """What a task that is not healthy yet waits for."""
    if each.task.status is TaskStatus.PENDING:
        return "is being started"
    return f"not healthy yet: {each.health.last.detail}" if each.health.last else "not healthy yet"


def count(number: int, noun: str) -> str:
    """`1 task`, `2 tasks`."""
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"
