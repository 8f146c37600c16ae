"""Migrations that name what must be there before them: their order, and everything that one stands on."""

import heapq
from collections.abc import Collection, Iterable, Mapping, Sequence

from fairway.migrate.tools.shipped import Unsure

Needs = Mapping[str, Collection[str]]
"""What each migration needs before it, by name."""


def in_order(needs: Needs) -> Sequence[str]:
    """Every migration behind what it needs; of those that could be next, the first by name. What is needed and not
    there is passed over. Raises Unsure when they need each other in a circle."""
    waits = {name: {need for need in before if need in needs} for name, before in needs.items()}
    wanted: dict[str, list[str]] = {}
    for name, before in waits.items():
        for need in before:
            wanted.setdefault(need, []).append(name)
    ready = [name for name, before in waits.items() if not before]
    heapq.heapify(ready)
    found: list[str] = []
    while ready:
        name = heapq.heappop(ready)
        found.append(name)
        for other in wanted.get(name, ()):
            waits[other].discard(name)
            if not waits[other]:
                heapq.heappush(ready, other)
    if len(found) != len(needs):
        circle = sorted(set(needs) - set(found))
        raise Unsure(f"migrations need each other in a circle: {', '.join(circle[:5])}")
    return found


def below(starts: Iterable[str], needs: Needs) -> set[str]:
    """Those and all that they stand on, as far as it is there."""
    found: set[str] = set()
    left = [name for name in starts if name in needs]
    while left:
        name = left.pop()
        if name not in found:
            found.add(name)
            left.extend(need for need in needs[name] if need in needs)
    return found


def heads(needs: Needs) -> Sequence[str]:
    """Those that no other one needs, by name."""
    needed = {need for before in needs.values() for need in before}
    return sorted(name for name in needs if name not in needed)
