"""How an environment is closed while its database is migrated, where fairway.toml allows that: by a parameter of its
stack, since what a stack made is the stack's to change. `domain.aws.doors` has its values.

The page is a rule before the listener's own action. The action stays as it is: ECS refuses every change of a service
whose targets no listener leads to. CloudFormation makes the rule as it closes, and removes it last of all as it opens,
once the services are steady. A fixed response has no headers but its type, so the page itself says when to ask again.
"""

from typing import Any

from troposphere import Equals, If, Or, Parameter, Ref, Template
from troposphere import applicationautoscaling as aas
from troposphere import elasticloadbalancingv2 as elb

from fairway.cloudformation.services import balancing
from fairway.cloudformation.services.place import Place
from fairway.domain.app import Service
from fairway.domain.aws import doors
from fairway.domain.aws.doors import Door
from fairway.domain.closedpage import PAGE

SHUT, EMPTY, OPENING = "Shut", "Empty", "Opening"
"""Conditions: whoever asks gets the page; no task runs; tasks come back."""
RULE = "ClosedPage"


def add(template: Template, place: Place) -> None:
    """The parameter, its conditions and the page; nothing where the environment is never closed."""
    if not place.closes:
        return
    template.add_parameter(
        Parameter(
            doors.PARAMETER,
            Type="String",
            Default=Door.OPEN.value,
            AllowedValues=[each.value for each in Door],
            Description="Whether the environment is closed; a deployment closes it for a migration and opens it again",
        )
    )
    template.add_condition(SHUT, Or(_is(Door.CLOSING), _is(Door.CLOSED)))
    template.add_condition(EMPTY, _is(Door.CLOSED))
    template.add_condition(OPENING, _is(Door.OPENING))
    if place.routed is not None:
        page = elb.FixedResponseConfig(StatusCode="503", ContentType="text/html", MessageBody=PAGE)
        template.add_resource(
            elb.ListenerRule(
                RULE,
                Condition=SHUT,
                ListenerArn=Ref(balancing.LISTENER),
                Priority=1,
                Conditions=[elb.Condition(Field="path-pattern", PathPatternConfig=elb.PathPatternConfig(Values=["*"]))],
                Actions=[elb.ListenerRuleAction(Type="fixed-response", FixedResponseConfig=page)],
            )
        )


def counted(place: Place, service: Service, usual: Any) -> Any:
    """How many tasks a service has, which has `usual` otherwise (NoValue: as many as scaling gave it). Scaling brings a
    service to its minimum by an alarm alone, so one that comes back is given that."""
    if not place.closes:
        return usual
    if service.scaling is not None:
        usual = If(OPENING, max(1, service.scaling.minimum), usual)
    return If(EMPTY, 0, usual)


def goes_back(place: Place) -> Any:
    """Whether ECS itself goes back from a deployment that fails: not from the first one of an environment that opens.
    Its tasks of before would run on a schema on which they were seen to fail; CloudFormation goes back to no task."""
    return If(OPENING, False, True) if place.closes else True


def suspended(place: Place) -> dict[str, Any]:
    """Scaling rests while it is closed. What is not written Application Auto Scaling leaves as it is, so both are."""
    if not place.closes:
        return {}
    rests = If(SHUT, True, False)
    state = aas.SuspendedState(
        DynamicScalingInSuspended=rests, DynamicScalingOutSuspended=rests, ScheduledScalingSuspended=rests
    )
    return {"SuspendedState": state}


def scheduled(place: Place) -> dict[str, Any]:
    """No job begins while it is closed."""
    return {"State": If(SHUT, "DISABLED", "ENABLED")} if place.closes else {}


def _is(door: Door) -> Equals:
    return Equals(Ref(doors.PARAMETER), door.value)
