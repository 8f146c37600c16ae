"""Measures the reconciler: one pass over an environment, converged and in the middle of a rollout.

    PYTHONPATH=src:tests python bench/reconcile.py

prints for growing numbers of services (ten tasks each) the time of one call and that for each task, which stays the
same when the cost is linear. The largest is 1,000 services with 10,000 tasks. The last line is the ratio of the time
for each task at 1,000 services to that at 100: 1.0 is linear, 10 would be quadratic.
"""

import time

from fairway.domain.desired import DesiredEnvironment
from fairway.domain.observed import ObservedEnvironment
from fairway.domain.reconcile import reconcile
from support.orchestrator_world import NOW, desire, observe, service, task

TASKS = 10


def environment(services: int, *, rollout: bool) -> tuple[DesiredEnvironment, ObservedEnvironment]:
    """So many services with ten tasks each; in a rollout half of them are of the old release, and can leave."""
    names = [f"s{number}" for number in range(services)]
    replicas = TASKS // 2 if rollout else TASKS
    desired = desire(*(service(name, replicas, 2, port=None) for name in names))
    tasks = [
        task(f"{name}-{number}", service=name, release=1 if rollout and number % 2 else 2, created=float(number))
        for name in names
        for number in range(TASKS)
    ]
    return desired, observe(*tasks, routes={})


def measure(services: int, *, rollout: bool) -> float:
    """The best of five calls, in seconds."""
    desired, observed = environment(services, rollout=rollout)
    times = []
    for _ in range(5):
        begun = time.perf_counter()
        reconcile(desired, observed, NOW)
        times.append(time.perf_counter() - begun)
    return min(times)


def main() -> None:
    each: dict[int, tuple[float, float]] = {}
    print(f"{'services':>8} {'tasks':>7} {'converged':>12} {'per task':>10} {'rollout':>12} {'per task':>10}")
    for services in (1, 10, 100, 1000):
        tasks = services * TASKS
        idle, busy = measure(services, rollout=False), measure(services, rollout=True)
        each[services] = idle / tasks, busy / tasks
        print(
            f"{services:>8} {tasks:>7} {idle * 1e3:>9.2f} ms {idle / tasks * 1e6:>7.2f} us"
            f" {busy * 1e3:>9.2f} ms {busy / tasks * 1e6:>7.2f} us"
        )
    ratios = [large / small for large, small in zip(each[1000], each[100], strict=True)]
    print(f"1,000 services against 100, for each task: {ratios[0]:.2f} converged, {ratios[1]:.2f} in a rollout")


if __name__ == "__main__":
    main()
