"""What people read about the room on a host: why something does not fit, by how much, and what would."""

from collections.abc import Sequence

from fairway.domain.app import Environment
from fairway.domain.capacity import MIB, NOTHING, Amount, Budget, Change, Fitting, Host, Policy, Refusal, add
from fairway.domain.deployment import Cause
from fairway.domain.diagnosis_text import bytes_text, listed
from fairway.domain.ids import AppName, EnvironmentName, ServiceName

NAMED = 3
"""How many of those that have reserved the most are named."""


def explain(refusal: Refusal, app: AppName, environment: EnvironmentName) -> Cause:
    """By how much it does not fit, from what that was reckoned, and what to change."""
    excess = refusal.excess
    sentence = f"{environment} of {app} does not fit on this host: {amount_text(excess)} too much"
    memory = excess.memory > 0
    needs = [need_text(each, refusal, memory=memory) for each in refusal.changes if each.new or each.old]
    moving = any(each.old for each in refusal.changes)
    peak = " at the peak of the rollout" if moving else ""
    seen = f"{listed([each for each in needs if each])}{peak}; {room_text(refusal.budget, memory=memory)}"
    if value(refusal.room, memory=memory) > value(refusal.budget.free, memory=memory):
        # The host is too full already; then what the environment has is the measure.
        seen += f"; {environment} has {one_text(refusal.room, memory=memory)} now"
    return Cause(sentence=sentence, seen=seen, fix=advice(refusal, environment), more=("fairway ps",))


def need_text(change: Change, refusal: Refusal, *, memory: bool) -> str:
    """`web needs 4 x 512 MB = 2 GB`, at its peak; "" when it needs none of what is lacking."""
    peak = change.peak(change.least)
    corners = change.corners(change.least)
    old, new = max(
        corners, key=lambda each: value(change.old_each * each[0] + change.new_each * each[1], memory=memory)
    )
    if change.old_each == change.new_each:
        old, new = 0, old + new
    parts = [
        f"{count} x {one_text(each, memory=memory)}"
        for count, each in ((old, change.old_each), (new, change.new_each))
        if count and value(each, memory=memory)
    ]
    total = bytes_text(peak.memory) if memory else cores_text(peak.cpu)
    return f"{change.service} needs {' + '.join(parts)} = {total}" if parts else ""


def room_text(budget: Budget, *, memory: bool) -> str:
    """What the host has, and who has reserved how much of it."""
    reserved = one_text(add(budget.others.values()), memory=memory)
    largest = sorted(budget.others.items(), key=lambda each: -value(each[1], memory=memory))[:NAMED]
    names = [f"{name} {one_text(each, memory=memory)}" for name, each in largest if value(each, memory=memory)]
    taken = f"{reserved} reserved ({', '.join(names)})" if names else "nothing else is reserved"
    return f"{has_text(budget.host, budget.policy, memory=memory)}; {taken}"


def has_text(host: Host, policy: Policy, *, memory: bool) -> str:
    """What the host has, and how much of it tasks may have."""
    if not memory:
        return f"the host has {cores_text(host.cores)}, each of which may be promised {policy.cpu_factor} times"
    kept = policy.system_of(host)
    text = f"the host has {bytes_text(host.memory)}" + (
        f", {bytes_text(kept)} of it kept for the system" if kept else ""
    )
    return text if policy.memory_percent == 100 else f"{text}; {policy.memory_percent} % of the rest may be promised"


def advice(refusal: Refusal, environment: EnvironmentName) -> str:
    """What would make it fit, each with its value where that can be told."""
    ways = []
    if refusal.in_place:
        single = any(each.new == 1 and each.old for each in refusal.changes)
        percent, price = (0, "with a gap where a service has one task") if single else (50, "in their own places")
        where = f"[environments.{environment}.deployment]"
        ways.append(
            f"minimum_healthy_percent = {percent} in {where} replaces tasks without room for a new one, {price}"
        )
    growing = [each for each in refusal.changes if each.new and each.new_each.memory]
    if refusal.excess.memory and growing:
        largest = max(growing, key=lambda each: each.peak(each.least).memory)
        count = max(old + new for old, new in largest.corners(largest.least))
        fits = largest.new_each.memory - -(-refusal.excess.memory // count)
        if fits >= 32 * MIB:
            ways.append(f'memory = "{fits // MIB}M" or less for {largest.service}')
    ways.append("fewer replicas, or fewer tasks elsewhere on this host (fairway scale)")
    return "; or ".join(ways)


def find_misfit(environment: Environment, host: Host, policy: Policy) -> tuple[ServiceName, Cause] | None:
    """The first service that this host could not hold if nothing else were on it; None when it can hold all."""
    whole = policy.whole(host)
    total = NOTHING
    for service in environment.services:
        each = Amount(memory=service.memory, cpu=service.cpu)
        total += each * service.replicas
        if service.replicas and not total.within(whole):
            memory = total.memory > whole.memory
            count = f"{service.replicas} x {one_text(each, memory=memory)}"
            before = value(total, memory=memory) - value(each, memory=memory) * service.replicas
            if before:
                rest = bytes_text(int(before)) if memory else cores_text(before)
                count += f", beside {rest} of the services before it"
            seen = f"it asks for {count}; {has_text(host, policy, memory=memory)}"
            return service.name, misfit(service.name, environment, seen, memory=memory)
    return None


def misfit(service: ServiceName, environment: Environment, seen: str, *, memory: bool) -> Cause:
    """The cause."""
    sentence = f"{service} of {environment.name} needs more than this host has"
    return Cause(
        sentence=sentence,
        seen=seen,
        fix=f"less {'memory' if memory else 'cpu'} or fewer replicas in [services.{service}]",
    )


def held_text(fitting: Fitting) -> Sequence[str]:
    """What the log says of the services that move with fewer tasks at a time than their percentages allow."""
    held = [
        f"{name} moves with at most {most} {'task' if most == 1 else 'tasks'} at a time: the host has no room for more"
        for name, most in fitting.maximums.items()
    ]
    if fitting.beyond == NOTHING:
        return held
    text = f"while tasks are replaced {amount_text(fitting.beyond)} more is promised to them than the host has"
    return [*held, text]


def amount_text(amount: Amount) -> str:
    """`0.7 GB`, `2 cores`, or both."""
    parts = [bytes_text(amount.memory)] if amount.memory else []
    parts += [cores_text(amount.cpu)] if amount.cpu > 1e-6 else []
    return listed(parts)


def one_text(amount: Amount, *, memory: bool) -> str:
    """The one of the two."""
    return bytes_text(amount.memory) if memory else cores_text(amount.cpu)


def value(amount: Amount, *, memory: bool) -> float:
    """The one of the two, as a number."""
    return amount.memory if memory else amount.cpu


def cores_text(cores: float) -> str:
    """`1 core`, `0.5 cores`, `12 cores`."""
    return f"{cores:.3g} core" if abs(cores - 1) < 1e-6 else f"{cores:.3g} cores"
