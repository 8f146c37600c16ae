"""Which images ECR would let go, by the rules that its user guide gives for a lifecycle policy, for tests of ours.

All rules look at all images; then they are applied by priority. An image that fits what a rule selects is out of reach
of the rules after it, whether the rule lets it go or not; the later rules count it all the same. ("Automate the cleanup
of images by using lifecycle policies", "How lifecycle policies work".)
"""

import fnmatch
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

DAY = 86400.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Image:
    """One in the repository; `pushed_at` is seconds since the epoch."""

    digest: str
    tags: tuple[str, ...]
    pushed_at: float


def expired(policy: Mapping[str, Any], images: Sequence[Image], *, now: float) -> set[str]:
    """The digests of those that go."""
    gone: set[str] = set()
    settled: set[str] = set()
    for rule in sorted(policy["rules"], key=lambda each: each["rulePriority"]):
        selected = [image for image in images if _fits(rule["selection"], image)]
        gone |= {image.digest for image in _over(rule["selection"], selected, now) if image.digest not in settled}
        settled |= {image.digest for image in selected}
    return gone


def _fits(selection: Mapping[str, Any], image: Image) -> bool:
    match selection["tagStatus"]:
        case "any":
            return True
        case "untagged":
            return not image.tags
        case _:
            patterns = selection["tagPatternList"]
            return all(any(fnmatch.fnmatchcase(tag, each) for tag in image.tags) for each in patterns)


def _over(selection: Mapping[str, Any], images: Sequence[Image], now: float) -> Sequence[Image]:
    newest_first = sorted(images, key=lambda image: image.pushed_at, reverse=True)
    if selection["countType"] == "imageCountMoreThan":
        return newest_first[selection["countNumber"] :]
    assert selection["countUnit"] == "days"
    return [image for image in newest_first if now - image.pushed_at > selection["countNumber"] * DAY]
