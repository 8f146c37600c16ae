"""Which releases and images may go: by count and by age, and never one that something kept still needs.

It is asked in two steps, because something may happen in between: first which releases may go, then, of those that
are left once some have gone, which images nothing needs.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby

from fairway.domain.ids import ReleaseNumber
from fairway.domain.release import Release

DAY = 86400.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """Of each environment the newest `keep` releases are kept, if they are no older than `age` seconds.

    Whatever their age the newest `always` stay: the one that runs, and the one that a rollback goes back to.
    """

    keep: int = 20
    age: float = 90 * DAY
    always: int = 2


def releases_to_go(
    releases: Sequence[Release], *, current: frozenset[ReleaseNumber], now: float, policy: Policy
) -> Mapping[ReleaseNumber, str]:
    """Which of an app's releases may go, the oldest first, and the cause of each.

    `current` are the releases that are desired or being deployed, and those that a deployment under way would go back
    to: they are kept whatever the policy says.
    """
    going: dict[ReleaseNumber, str] = {}
    ordered = sorted(releases, key=lambda release: (release.environment, -release.number))
    for environment, group in groupby(ordered, key=lambda release: release.environment):
        for place, release in enumerate(group):
            if release.number not in current and (cause := judge(release, place, environment, now, policy)):
                going[release.number] = cause
    return dict(sorted(going.items()))


def judge(release: Release, place: int, environment: str, now: float, policy: Policy) -> str:
    """Why the release at `place` (0 is the environment's newest) may go, "" when it stays."""
    if place < policy.always:
        return ""
    if place >= policy.keep:
        return f"{environment} has {policy.keep} newer releases"
    if now - release.created_at > policy.age:
        return f"it is older than {policy.age / DAY:.0f} days"
    return ""


def digests_to_go(
    digests: Iterable[str], *, kept: Sequence[Release], gone: Sequence[Release], held: frozenset[str]
) -> Mapping[str, str]:
    """Which of an app's images may go, and the cause of each.

    `kept` are the releases that there are, `gone` those that have just been deleted, and `held` the digests that an
    unfinished execution has pushed and perhaps not yet made a release of.
    """
    needed = held | {release.image.digest for release in kept}
    last = {release.image.digest: release.number for release in sorted(gone, key=lambda release: release.number)}
    return {
        digest: f"release {last[digest]} is gone" if digest in last else "no release needs it"
        for digest in dict.fromkeys(digests)
        if digest not in needed
    }


def collects(*, deleted: bool, collected_at: float | None, now: float) -> bool:
    """Whether the space of deleted images is to be given back: when some were deleted since the last time, and that
    was a day ago. Pushes wait for as long as it takes."""
    return deleted and (collected_at is None or not collected_at <= now < collected_at + DAY)
