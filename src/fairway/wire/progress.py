"""An execution as lines of text: its head, a line for each stage, and the report of a failure.

The git hook prints these behind `remote: `, the command line prints the same ones, so they are made in one place, from
the API's JSON objects, with nothing but the standard library. Every line is plain text: who prints it may colour it.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from fairway.wire import closedlines, words

Json = Mapping[str, Any]

MARKS = {"SUCCEEDED": "✓", "FAILED": "✗", "STOPPED": "■", "STOPPING": "…", "IN_PROGRESS": "…", "PENDING": "·"}
FINISHED_STAGES = frozenset({"SUCCEEDED", "FAILED", "STOPPED"})
FINISHED = frozenset({"SUCCEEDED", "FAILED", "STOPPED", "SUPERSEDED"})
WORTH = 5.0
"""Seconds; what takes less is over before anybody has read how long it usually takes."""
LONG = 1.5
"""So many times the usual time is much longer."""
NAME_WIDTH, TIME_WIDTH, LABEL_WIDTH = 12, 8, 8


def is_finished(execution: Json) -> bool:
    """Whether the execution's status is a terminal one."""
    return execution["status"] in FINISHED


def waits_for_somebody(execution: Json) -> bool:
    """Whether nothing happens until a person does something."""
    return bool((execution.get("waits") or {}).get("person"))


def head(execution: Json) -> str:
    """`shop-api  execution 42  9c1f2e7 "Add coupons"`; a rollback has `back to release 17` before the commit,
    and the head of a pull request `pull request 7`."""
    subject = f' "{execution["subject"]}"' if execution.get("subject") else ""
    back = f"back to release {execution['rollback']['release']}  " if execution.get("rollback") else ""
    tried = f"pull request {execution['pull_request']}  " if execution.get("pull_request") else ""
    number, commit = execution["number"], words.commit(execution["commit"])
    return f"{execution['app']}  execution {number}  {back}{tried}{commit}{subject}"


def stage_line(execution: Json, stage: Json, *, now: float | None = None) -> str:
    """`  build       ✓  6.2 s   npm ci cached; 212 tests passed; image 84 MB`.

    `now` (seconds since the epoch) gives a stage that runs its time so far; without it such a stage shows none. Where
    it is known how long the stage usually takes, a running one says `12 s of about 40 s`, and one that took much longer
    `58 s (usually 40 s)`.
    """
    width = max([NAME_WIDTH, *(len(other["name"]) + 2 for other in execution["stages"])])
    mark = MARKS.get(stage["status"], "?")
    taken = taken_by(stage, now=now)
    # A time longer than its column ("12 min 30 s") pushes its own summary aside, by two blanks at least.
    time = f"{taken:<{TIME_WIDTH - 2}}  "
    return f"  {stage['name']:<{width}}{mark}  {time}{stage.get('summary') or ''}".rstrip()


def stage_lines(execution: Json, *, now: float | None = None) -> list[str]:
    """A line for each stage that has begun."""
    stages = [stage for stage in execution["stages"] if stage["status"] != "PENDING"]
    return [stage_line(execution, stage, now=now) for stage in stages]


def news(before: Json | None, after: Json) -> list[str]:
    """The lines of the stages that ended between two states of an execution; of all that ended when there is none."""
    known = {stage["name"] for stage in before["stages"] if stage["status"] in FINISHED_STAGES} if before else set()
    lines = [
        stage_line(after, stage)
        for stage in after["stages"]
        if stage["status"] in FINISHED_STAGES and stage["name"] not in known
    ]
    waits = after.get("waits")
    asked_before = (before or {}).get("waits") == waits
    return lines if not waits or asked_before or not waits["person"] else [*lines, waiting_line(after)]


def waiting_line(execution: Json, *, now: float | None = None) -> str:
    """`  production  …            waits for approval of production; fairway approve 42`."""
    waits = execution["waits"]
    stage = next(stage for stage in execution["stages"] if stage["name"] == waits["stage"])
    words_ = f"waits for {waits['cause']}" + (f"; {waits['command']}" if waits["command"] else "")
    return stage_line(execution, {**stage, "status": "IN_PROGRESS", "summary": words_}, now=now)


def verdict(execution: Json, *, log: Sequence[str] = ()) -> list[str]:
    """What there is to say once an execution has ended: the report of its failure, or why nothing came of it. `log` are
    the last lines of the stage that failed, shown where its causes show none."""
    number = execution["number"]
    match execution["status"]:
        case "FAILED":
            return failure(execution, log=log)
        case "STOPPED" if execution.get("closed"):
            said = closed(execution["closed"])
            return ["", f"  Execution {number} was stopped", *(f"  {line}" for line in said)]
        case "STOPPED":
            return ["", f"  Execution {number} was stopped; what was deployed before still serves"]
        case "SUPERSEDED":
            return ["", f"  Execution {number} was superseded by a newer one, which has its commits too"]
    return []


def closed(found: Json, *, now: float | None = None) -> list[str]:
    """The lines about an environment that is left closed, its name first."""
    first, *others = closedlines.lines(found, now=now)
    return [f"{found['environment']} is {first}", *others]


def failure(execution: Json, *, log: Sequence[str] = ()) -> list[str]:
    """The report of each action that failed in the first stage that did: a blank line, the action's name where there
    are several, then Cause, Log, Fix and More; empty if none failed. Which of several actions printed the `log` is not
    known, so it stands in the last report."""
    stage = next((stage for stage in execution["stages"] if stage["status"] == "FAILED"), None)
    if stage is None:
        return []
    show, found = f"fairway show {execution['number']}", failures(stage)
    lines: list[str] = []
    for number, (action, cause) in enumerate(found, start=1):
        more = list(cause.get("more") or ())
        more = more if any(show in command for command in more) else [show, *more]
        told = {**cause, "log": cause.get("log") or (log if number == len(found) else ()), "more": more}
        lines += ["", *(labelled("Action", [action]) if len(found) > 1 else ()), *report(told)]
    return lines


def failures(stage: Json) -> list[tuple[str, Json]]:
    """The actions of a failed stage that failed, each with its cause; what is known of the stage where none says so."""
    failed = [action for action in stage.get("actions") or () if action["status"] == "FAILED"]
    if len(failed) < 2:
        return [("", stage.get("cause") or {"sentence": stage.get("summary") or f"{stage['name']} failed"})]
    return [
        (each["name"], each.get("cause") or {"sentence": each.get("summary") or f"{each['name']} failed"})
        for each in failed
    ]


def report(cause: Json) -> list[str]:
    """A Cause as lines: `  Cause   …`, what was seen in brackets below it, then Log, Fix and More in the same way."""
    seen = f"(seen: {cause['seen']})" if cause.get("seen") else ""
    more = "    ".join(cause.get("more") or ())
    sections: Sequence[tuple[str, Sequence[str]]] = (
        ("Cause", [*_lines(cause["sentence"]), *_lines(seen)]),
        ("Log", [line for text in cause.get("log") or () for line in (_lines(text) or [""])]),
        ("Fix", _lines(cause.get("fix") or "")),
        ("More", [more] if more else []),
    )
    return [line for label, lines in sections for line in labelled(label, lines)]


def labelled(label: str, lines: Sequence[str]) -> Iterator[str]:
    """The lines with the label before the first and blanks of its width before the others."""
    for number, line in enumerate(lines):
        yield f"  {label if number == 0 else '':<{LABEL_WIDTH}}{line}".rstrip()


def finding_lines(findings: Sequence[Json]) -> list[str]:
    """Findings of a file: `fairway.toml:3  services.web.prot  unknown key`, the hint in a line of its own below."""
    lines = []
    for finding in findings:
        place = f"{finding['file']}:{finding['line']}" if finding.get("line") else finding["file"]
        lines.append("  ".join(part for part in (place, finding.get("key"), finding["message"]) if part))
        if finding.get("hint"):
            lines.append(f"    {finding['hint']}")
    return lines


def taken_by(stage: Json, *, now: float | None = None) -> str:
    """A stage's time in words, "" where none is known, with the usual one where it helps: while somebody waits for more
    than a few seconds, and when it was so much longer that one would look for the reason. What was quicker, or nearly
    the same, is not worth a word."""
    if (seconds := _seconds(stage, now)) is None:
        return ""
    taken, usual = words.duration(seconds), stage.get("usual")
    if not usual:
        return taken
    if stage["status"] == "IN_PROGRESS":
        return f"{taken} of about {words.duration(usual)}" if usual >= WORTH and seconds < LONG * usual else taken
    much = seconds > LONG * usual and seconds > usual + WORTH
    return f"{taken} (usually {words.duration(usual)})" if much and stage["status"] == "SUCCEEDED" else taken


def compares(execution: Json, *, now: float) -> bool:
    """Whether a stage has taken so long that `taken_by` may say how long it usually takes."""
    return any((_seconds(stage, now) or 0.0) > WORTH for stage in execution["stages"])


def _seconds(stage: Json, now: float | None) -> float | None:
    """How long the stage has worked: the time in which it waited for an approval is somebody else's."""
    answered = [action["ended_at"] for action in stage.get("actions") or () if action["kind"] == "approval"]
    begun = next((at for at in answered if at is not None), stage.get("started_at"))
    ended = stage.get("ended_at") or (now if stage["status"] == "IN_PROGRESS" else None)
    return None if begun is None or ended is None else float(ended) - float(begun)


def _lines(text: str) -> list[str]:
    return text.splitlines()
