"""What tasks cost: on Fargate by size and hour, from the fewest to the most; on instances nothing by themselves."""

from collections.abc import Iterator, Mapping
from typing import Any

from fairway.cloudformation.cost.reading import Properties, Reading, number, reference, references
from fairway.domain.aws.cost import HOURS, Item, Range, Unit, exactly

SERVICE, DEFINITION, TARGET = (
    "AWS::ECS::Service",
    "AWS::ECS::TaskDefinition",
    "AWS::ApplicationAutoScaling::ScalableTarget",
)
SPOT, ON_DEMAND = "FARGATE_SPOT", "FARGATE"
CHEAPEST_SPOT = 0.3
"""AWS offers Spot at "up to 70 %" less; the price moves with what is free, and is never above the other."""
SPOT_NOTE = "the price of Spot moves; from 30 % of the other's to all of it"
SIZED = (("vCPU", "vcpu", Unit.VCPU_HOUR), ("memory", "gb", Unit.GB_HOUR))


def price(reading: Reading) -> Iterator[Item]:
    """Services, and the rates of jobs: task definitions that no service has."""
    kept = set()
    for name, properties in reading.resources(SERVICE):
        definition = reference(properties.get("TaskDefinition"))
        kept.add(definition)
        yield from _service(reading, name, properties, reading.properties(definition))
    for name, properties in reading.resources(DEFINITION):
        if name not in kept and _on_fargate(properties):
            yield from _rates(reading, name, properties)


def _service(reading: Reading, name: str, service: Properties, definition: Properties) -> Iterator[Item]:
    count = counted(reading, name, service)
    on_demand, spot = split(service, count)
    if _on_fargate(definition):
        if on_demand.high:
            yield from _sized(reading, name, definition, on_demand, spot=False)
        if spot.high:
            yield from _sized(reading, name, definition, spot, spot=True)
    network = service.get("NetworkConfiguration", {}).get("AwsvpcConfiguration", {})
    if network.get("AssignPublicIp") == "ENABLED":
        yield reading.addresses(name, count)


def counted(reading: Reading, name: str, service: Properties) -> Range:
    """From the fewest to the most tasks, scheduled bounds included."""
    for _, target in reading.resources(TARGET):
        if name in references(target.get("ResourceId")):
            bounds = [target, *(each.get("ScalableTargetAction", {}) for each in target.get("ScheduledActions", ()))]
            least = [number(each["MinCapacity"], 0.0) for each in bounds if "MinCapacity" in each]
            most = [number(each["MaxCapacity"], 1.0) for each in bounds if "MaxCapacity" in each]
            return Range(low=min(least, default=0.0), high=max(most, default=1.0))
    return exactly(number(service.get("DesiredCount"), 1.0))


def split(service: Properties, count: Range) -> tuple[Range, Range]:
    """How many of the tasks are on demand, and how many on Spot, by the strategy's bases and weights."""
    strategy: list[Mapping[str, Any]] = service.get("CapacityProviderStrategy", [])
    ends = [_spot(strategy, end) for end in (count.low, count.high)]
    spot = Range(low=ends[0], high=ends[1])
    return Range(low=count.low - spot.low, high=count.high - spot.high), spot


def _spot(strategy: list[Mapping[str, Any]], count: float) -> float:
    """Concrete example: 5 tasks, base 1 on demand with weight 0, Spot with weight 1: 4 on Spot."""
    based = {each["CapacityProvider"]: float(each.get("Base", 0)) for each in strategy if _is_fargate(each)}
    first = min(count, sum(based.values()))
    weights = {each["CapacityProvider"]: float(each.get("Weight", 0)) for each in strategy if _is_fargate(each)}
    if SPOT not in weights:
        return 0.0
    share = weights[SPOT] / (sum(weights.values()) or 1.0)
    return min(first, based[SPOT]) + (count - first) * share


def _is_fargate(item: Mapping[str, Any]) -> bool:
    return item.get("CapacityProvider") in (SPOT, ON_DEMAND)


def _sized(reading: Reading, name: str, definition: Properties, count: Range, *, spot: bool) -> Iterator[Item]:
    architecture = _architecture(definition)
    for what, part, unit in SIZED:
        quantity = count.times(_amount(definition, part) * HOURS)
        usd = reading.prices.of(f"fargate.{architecture}.{part}")
        if spot:
            # The range of the price goes into the quantity, so that both are in the month's amount.
            quantity = Range(low=quantity.low * CHEAPEST_SPOT, high=quantity.high)
        yield Item(
            stack=reading.stack.name,
            resource=name,
            what=f"Fargate {'Spot ' if spot else ''}{what}, {architecture}",
            unit=unit,
            quantity=quantity,
            price=usd,
            assumed=SPOT_NOTE if spot else "",
        )


def _rates(reading: Reading, name: str, definition: Properties) -> Iterator[Item]:
    """A job is charged for while it runs."""
    architecture = _architecture(definition)
    parts = [(_amount(definition, part), reading.prices.of(f"fargate.{architecture}.{part}")) for _, part, _ in SIZED]
    known = [amount * usd for amount, usd in parts if usd is not None]
    yield Item(
        stack=reading.stack.name,
        resource=name,
        what=f"a run on Fargate, {architecture}",
        unit=Unit.HOUR,
        quantity=None,
        price=sum(known) if len(known) == len(parts) else None,
    )


def _on_fargate(definition: Properties) -> bool:
    return ON_DEMAND in definition.get("RequiresCompatibilities", ())


def _architecture(definition: Properties) -> str:
    return str(definition.get("RuntimePlatform", {}).get("CpuArchitecture", "X86_64")).lower()


def _amount(definition: Properties, part: str) -> float:
    """vCPUs, or GB."""
    return number(definition.get("Cpu" if part == "vcpu" else "Memory"), 0.0) / 1024
