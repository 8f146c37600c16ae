"""What serves at the moment at which a deployment failed: said only when it was observed."""

from fairway.domain import routing, standing
from fairway.domain.desired import DesiredEnvironment
from fairway.domain.ids import ReleaseNumber
from fairway.domain.observed import ObservedEnvironment


def describe(
    previous: ReleaseNumber | None, before: DesiredEnvironment | None, observed: ObservedEnvironment | None
) -> str:
    """`release 17 still serves`, or what else is true."""
    if previous is None or before is None:
        return "no release serves: there was none before"
    if before.closed:
        return f"nothing serves: the environment is closed again, for release {previous} fails on its database as it is"
    if observed is not None and serves(before, observed):
        return f"release {previous} still serves"
    return f"release {previous} is being started again"


def serves(before: DesiredEnvironment, observed: ObservedEnvironment) -> bool:
    """Whether of each service that was desired a task of its deployment is healthy, and takes requests where the
    service has a route that is Fairway's."""
    routed = None if observed.services else routing.routed_service(before)
    wanted = {each.spec.service: each.spec.deployment for each in before.services if each.replicas}
    seen = {
        each.task.service
        for each in observed.tasks
        if wanted.get(each.task.service) == each.task.deployment
        and standing.serves(each, traffic=each.task.service == routed)
    }
    return bool(wanted) and seen == set(wanted)
