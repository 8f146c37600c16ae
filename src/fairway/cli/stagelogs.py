"""The logs of an execution's stages: one or all of them, as they are or while they are written.

Lines are data and go to standard output; of several stages each line has its stage's name before it. What the stages
print is somebody else's text, so that control characters are shown and not sent to the terminal.
"""

import sys
from collections import Counter
from typing import Any

from fairway.cli import here, output, report
from fairway.errors import NotFound
from fairway.wire import progress

Json = dict[str, Any]
EVERY = ""
"""In place of a stage's name: all of them."""
TAIL = 10
"""Lines that stand in the report of a failure whose cause shows none."""


def show(place: here.Place, execution: Json, stage: str, *, as_json: bool) -> None:
    """Print the stage's log, or that of EVERY stage in their order. Raises NotFound for a stage that it has not."""
    number, names = execution["number"], names_of(execution, stage)
    logs = {name: place.client.text(place.path("executions", number, "logs", name)) for name in names}
    if as_json and stage:
        output.put_json({"execution": number, "stage": stage, "log": logs[stage]})
    elif as_json:
        output.put_json({"execution": number, "logs": [{"stage": name, "log": text} for name, text in logs.items()]})
    else:
        width = width_of(names, stage)
        lines = [(name, line) for name, text in logs.items() for line in text.removesuffix("\n").split("\n") if text]
        sys.stdout.write("".join(f"{render(name, line, width)}\n" for name, line in lines))


def follow(place: here.Place, execution: Json, stage: str, *, timeout: float) -> None:
    """Print the lines that are there and those that come, until the stage (EVERY: the execution) has ended.

    Over a connection that breaks off no line comes twice. Raises NotFound for a stage that it has not, WorkFailed when
    `timeout` seconds are over.
    """
    number, width = execution["number"], width_of(names_of(execution, stage), stage)
    name, path = f"execution {number}", place.path("executions", number, "stream")
    more = f"fairway show {number} --log {stage}".rstrip() + " --follow"
    shown: Counter[str] = Counter()
    again: Counter[str] = Counter()
    with report.interruptible(name, more):
        for message in report.messages(place.client, path, timeout=timeout, name=name, more=more):
            if message["type"] == "reopened":
                # The stream begins with the first line again.
                again = shown.copy()
            elif message["type"] == "log" and stage in (EVERY, message["stage"]):
                if again[message["stage"]] > 0:
                    again[message["stage"]] -= 1
                    continue
                shown[message["stage"]] += 1
                output.put(render(message["stage"], message["text"], width))
            elif "execution" in message and stage and has_ended(message["execution"], stage):
                return


def last_lines(place: here.Place, execution: Json) -> list[str]:
    """The last lines of the stage that failed, where the cause of its failure shows none."""
    failed = next((each for each in execution["stages"] if each["status"] == "FAILED"), None)
    if failed is None or any(cause.get("log") for _, cause in progress.failures(failed)):
        return []
    text = place.client.text(place.path("executions", execution["number"], "logs", failed["name"]), {"tail": TAIL})
    return [output.clean(line) for line in text.removesuffix("\n").split("\n") if text]


def names_of(execution: Json, stage: str) -> list[str]:
    """The stages that are asked for. Raises NotFound for one that the execution has not."""
    names = [str(each["name"]) for each in execution["stages"]]
    if stage and stage not in names:
        raise NotFound(f"execution {execution['number']} has no such stage", hint=f"its stages: {', '.join(names)}")
    return [stage] if stage else names


def width_of(names: list[str], stage: str) -> int:
    """How wide the stages' names stand before the lines; 0: they don't, as there is one."""
    return 0 if stage else max(len(name) for name in names)


def render(stage: str, line: str, width: int) -> str:
    """`build   │ npm ci`, or the line alone."""
    text = output.clean(line)
    return f"{output.paint(f'{stage:<{width}} │', 'dim')} {text}".rstrip() if width else text


def has_ended(execution: Json, stage: str) -> bool:
    """Whether nothing more comes from the stage."""
    found = next((each for each in execution["stages"] if each["name"] == stage), None)
    return found is not None and found["status"] in progress.FINISHED_STAGES
