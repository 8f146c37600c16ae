"""How long to wait before trying again. Bounded, doubling, and computed from what failed: nothing random."""

FIRST = 1.0
LIMIT = 300.0


def delay(failures: int, *, first: float = FIRST, limit: float = LIMIT) -> float:
    """Seconds to wait after so many consecutive failures: 0 → 0, 1 → 1, 2 → 2, 3 → 4, 10 → 300 (the limit)."""
    if failures <= 0:
        return 0.0
    return min(limit, first * 2.0 ** min(failures - 1, 32))
