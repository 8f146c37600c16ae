"""Which releases and images may go: by count and by age, and never one that something kept still needs."""

from collections.abc import Mapping, Sequence
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


@dataclass(frozen=True, slots=True, kw_only=True)
class Retention:
    """What may go, and the cause of each. `releases` are numbers; `digests` are of images in the registry."""

    releases: Mapping[ReleaseNumber, str]
    digests: Mapping[str, str]


def plan(
    releases: Sequence[Release],
    digests: Sequence[str],
    *,
    current: frozenset[ReleaseNumber],
    held: frozenset[str],
    now: float,
    policy: Policy,
) -> Retention:
    """What may go of one app.

    `releases` are all of the app's, `digests` all of its images. `current` are the releases that are desired or being
    deployed, and those that a deployment under way would go back to; `held` the digests that an unfinished execution
    has pushed and not yet made a release of. Both are kept whatever the policy says.
    """
    going: dict[ReleaseNumber, str] = {}
    ordered = sorted(releases, key=lambda release: (release.environment, -release.number))
    for environment, group in groupby(ordered, key=lambda release: release.environment):
        for place, release in enumerate(group):
            if release.number not in current and (cause := judge(release, place, environment, now, policy)):
                going[release.number] = cause
    needed = held | {release.image.digest for release in releases if release.number not in going}
    last = {release.image.digest: release.number for release in sorted(releases, key=lambda release: release.number)}
    return Retention(
        releases=going,
        digests={
            digest: f"release {last[digest]} is gone" if digest in last else "no release was made of it"
            for digest in digests
            if digest not in needed
        },
    )


def judge(release: Release, place: int, environment: str, now: float, policy: Policy) -> str:
    """Why the release at `place` (0 is the environment's newest) may go, "" when it stays."""
    if place < policy.always:
        return ""
    if place >= policy.keep:
        return f"{environment} has {policy.keep} newer releases"
    if now - release.created_at > policy.age:
        return f"it is older than {policy.age / DAY:.0f} days"
    return ""
