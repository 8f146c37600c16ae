"""`fairway pipeline`: the stages in their order with their actions, and which execution is where."""

import itertools
import sys
import time
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import click

from fairway.cli import here, options, output
from fairway.wire import words

Json = dict[str, Any]
NAME_WIDTH = 12
SEVERAL = 3
"""Executions that are shown in front of a stage; the others are counted."""
PLAIN = frozenset({"approval", "duty"})
"""The kinds of actions whose name says what they do."""


@click.command("pipeline")
@options.app
@options.as_json
def pipeline(application: str | None, as_json: bool) -> None:
    """Draw the pipeline: its stages and their actions, what is held back, and which execution is where.

    A change of the definition in fairway.toml is a new version; fairway show says by which one an execution goes.
    """
    place = here.find(application)
    document = place.client.get(place.path("pipeline"))
    if output.answer_json(as_json, document):
        return
    if document["version"] is None:
        output.say(f"{place.app} has no pipeline yet; the first push defines it")
    for line in lines(document, now=time.time(), width=output.width()):
        output.put(output.decorate(line, sys.stdout))


def lines(document: Json, *, now: float, width: int) -> list[str]:
    """The pipeline as it is read, no line wider than the terminal."""
    if document["version"] is None:
        return []
    head = f"{document['app']}   pipeline version {document['version']}   {document['mode'].lower()}"
    result = [head, *schedule_lines(document["schedule"], now=now), ""]
    names = max([NAME_WIDTH, *(len(stage["name"]) + 2 for stage in document["stages"])])
    drawn = {stage["name"]: draw(stage["actions"], stage["on_failure"]) for stage in document["stages"]}
    # A stage with many actions has its executions below; one such must not push all the others to the edge.
    column = min(max(len(each) for each in drawn.values()) + 3, max(12, width // 2 - names))
    for stage in document["stages"]:
        result += stage_lines(stage, drawn[stage["name"]], names=names, column=column, width=width, now=now)
    return [line if len(line) <= width else f"{line[: width - 1]}…" for line in result]


def schedule_lines(schedule: Json | None, *, now: float) -> list[str]:
    """`  schedule  0 3 * * 1 Europe/Berlin, next Mon 30 Nov 03:00, in 4 d 12 h`."""
    if schedule is None:
        return []
    due = datetime.fromtimestamp(schedule["due"], ZoneInfo(schedule["zone"]))
    wait = words.duration(schedule["due"] - now)
    when = f"next {due:%a} {due.day} {due:%b %H:%M}, in {wait}"
    return [f"  schedule  {schedule['cron']} {schedule['zone']}, {when}"]


def draw(actions: list[Json], on_failure: str) -> str:
    """`approval → deploy → smoke (command) + load (command); on failure: rollback`: what runs beside each other is
    joined by a plus."""
    ordered = sorted(actions, key=lambda action: int(action["order"]))
    groups = itertools.groupby(ordered, key=lambda action: int(action["order"]))
    drawn = " → ".join(" + ".join(name(action) for action in group) for _, group in groups)
    return drawn if on_failure == "NONE" else f"{drawn}; on failure: {on_failure.lower()}"


def name(action: Json) -> str:
    """An action's name, with its kind where that says more."""
    return str(action["name"]) if action["kind"] in PLAIN else f"{action['name']} ({action['kind']})"


def stage_lines(stage: Json, drawn: str, *, names: int, column: int, width: int, now: float) -> list[str]:
    """The line of the stage, after what is in front of it."""
    result = []
    if closed := stage["disabled"]:
        by = f" by {output.clean(closed['by'])}" if closed["by"] else ""
        since = words.age(now - closed["at"])
        result.append(f"  ✗ held back{by} {since}: {output.clean(closed['reason'])}")
        result.append(f"    fairway transition enable {stage['name']}")
    result += [f"  … {present(each, now=now)}" for each in stage["waiting"][-SEVERAL:]]
    if (more := len(stage["waiting"]) - SEVERAL) > 0:
        result.append(f"  … and {words.count(more, 'older one')}")
    inside = [f"● {present(each, now=now)}" for each in stage["inside"]]
    # A subject may be cut off; what it waits for and the command may not.
    needed = max((len(each.partition(' "')[0]) for each in inside), default=0)
    fits = len(drawn) + 2 < column and 2 + names + column + needed <= width
    if not fits:
        return [
            *result,
            f"  {stage['name']:<{names}}{drawn}".rstrip(),
            *(f"{' ' * (names + 2)}{each}" for each in inside),
        ]
    heads = [(stage["name"], drawn), *[("", "")] * (len(inside) - 1)]
    both = itertools.zip_longest(heads, inside, fillvalue="")
    return [*result, *(f"  {head[0]:<{names}}{head[1]:<{column}}{each}".rstrip() for head, each in both)]


def present(each: Json, *, now: float) -> str:
    """`execution 42 for 12 s   9c1f2e7 "Add coupons"`, of which pull request it is, and what it waits for with the
    command that helps."""
    waits = each["waits"]
    said = f" for {words.duration(now - each['since'])}" if each["since"] is not None else ""
    if waits:
        # The stage's name stands beside it already.
        said = f" waits for {output.clean(waits['cause']).replace(' of ' + waits['stage'], '')}"
    command = f": {waits['command']}" if waits and waits["command"] else ""
    subject = f' "{output.clean(each["subject"])}"' if each["subject"] and not command else ""
    tried = f" of pull request {each['pull_request']}" if each.get("pull_request") else ""
    return f"execution {each['number']}{tried}{said}{command}   {words.commit(each['commit'])}{subject}"
