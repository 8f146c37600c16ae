"""What `fairway aws up` says at its end: where the app is reached, how the pipeline stands, what is next."""

from collections.abc import Mapping, Sequence
from typing import Any

from fairway.cli import output
from fairway.cloudformation import wires
from fairway.domain.app import App
from fairway.domain.aws.stack import Kind, SeenStack, Stack
from fairway.provision.starting import Start, Started

NEXT: Mapping[Start, str] = {
    Start.STARTED: "a push to {branch} starts it again from now on",
    Start.RUNS_BY_ITSELF: "a push to {branch} starts it",
    Start.UNAUTHORIZED: "open {url}, choose the connection\n"
    "that is pending, and Update pending connection: AWS asks {forge} for access.\n"
    "Then fairway aws up starts the pipeline for the first time.",
    Start.BROKEN: "the connection to {forge} is in an error: open {url} and mend it, then fairway aws up",
    Start.LACKING: "fairway aws up starts the pipeline once the variables above are there",
}


def urls(stacks: Sequence[Stack], seen: Mapping[str, SeenStack]) -> dict[str, str]:
    """Where each environment is reached that something was deployed to."""
    return {
        str(stack.environment): seen[stack.name].outputs[wires.URL]
        for stack in stacks
        if stack.kind is Kind.SERVICES
        and wires.URL in seen[stack.name].outputs
        and seen[stack.name].parameters.get(wires.IMAGE_DIGEST)
    }


def show(app: App, stacks: Sequence[Stack], seen: Mapping[str, SeenStack], started: Started | None) -> None:
    """Say how it stands."""
    output.say()
    for environment, url in urls(stacks, seen).items():
        output.put(f"{environment:<12} {url}")
    if started is None or app.aws is None:
        return
    if started.how in (Start.STARTED, Start.RUNS_BY_ITSELF):
        word = "started" if started.how is Start.STARTED else "is there"
        output.say(f"{'Pipeline':<10}{word}: {started.url}")
    forge = app.aws.repository.provider.value
    text = NEXT[started.how].format(branch=app.source.branch, url=started.url, forge=forge)
    for number, line in enumerate(text.splitlines()):
        output.say(f"{'Next' if number == 0 else '':<10}{line}")


def document(stacks: Sequence[Stack], seen: Mapping[str, SeenStack], started: Started | None) -> dict[str, Any]:
    """The same in JSON."""
    return {
        "urls": urls(stacks, seen),
        "stacks": {name: each.status for name, each in seen.items()},
        "pipeline": None
        if started is None
        else {"how": started.how.value, "url": started.url, "execution": started.execution or None},
    }
