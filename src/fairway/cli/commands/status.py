"""`fairway status`: the app at a glance."""

import sys
import time
from typing import Any

import click

from fairway.cli import durations, figures, here, hosted, options, output, redraw, runs
from fairway.errors import UsageError
from fairway.wire import certificatelines, closedlines, progress, words

MARKS = {
    "healthy": ("●", "good"),
    "degraded": ("◐", "busy"),
    "down": ("○", "bad"),
    "deploying": ("…", "busy"),
    "closed": ("○", "busy"),
}


@click.command("status")
@options.app
@click.option("--watch", "-w", is_flag=True, help="Show it again and again, until Ctrl-C.")
@options.timeout("1d")
@options.as_json
def status(application: str | None, watch: bool, timeout: str, as_json: bool) -> None:
    """Show the app: environments, services, the latest execution.

    With --watch it is redrawn in place on a terminal; elsewhere the lines that changed are printed.
    """
    patience = durations.seconds("--timeout", timeout)
    if watch and as_json:
        raise UsageError("--watch and --json don't go together", why="a watch is more than one document")
    place = here.find(application)
    if watch:
        redraw.watch(
            place.client,
            lambda: place.client.get(place.path()),
            # Where only changes are printed, numbers that change each second would be all there is.
            lambda document, now, width: lines(document, now=now, width=width, measured=output.on_terminal(sys.stdout)),
            name=place.app,
            more="fairway status --watch",
            timeout=patience,
        )
        return
    document = place.client.get(place.path())
    if output.answer_json(as_json, document):
        return
    for line in lines(document, now=time.time(), width=output.width()):
        output.put(line)


def lines(document: dict[str, Any], *, now: float, width: int, measured: bool = True) -> list[str]:
    """The app's status as it is read; `measured`: with what the services do and use."""
    environments = document["environments"]
    states = "   ".join(f"{env['name']} {state(env)}" for env in environments)
    bare = sum(len(f"{env['name']} {mark(env)[0]} {env['state']}") for env in environments) + 3 * (
        len(environments) - 1
    )
    gap = " " * max(3, min(width, 110) - len(document["app"]) - bare)
    result = [f"{output.paint(document['app'], 'bold')}{gap if environments else ''}{states}"]
    for env in environments:
        result += environment_lines(env, now, measured=measured)
    return [*result, *execution_lines(document.get("execution"), now), *next_lines(document)]


def environment_lines(env: dict[str, Any], now: float, *, measured: bool = True) -> list[str]:
    """An environment's release and URLs, and its services and jobs below."""
    if env["state"] == "empty" or env["release"] is None:
        return [f"  {env['name']:<12} nothing is deployed"]
    age = words.age(now - env["deployed_at"]) if env["deployed_at"] else ""
    parts = [f"release {env['release']}", words.commit(env["commit"] or ""), age, *env["urls"][:1]]
    result = [f"  {env['name']:<12} {'   '.join(part for part in parts if part)}"]
    result += [f"  {'':<12} {url}" for url in env["urls"][1:]]
    if env.get("closed"):
        result += [f"    {line}" for line in closedlines.lines(env["closed"], now=now)]
    domains = (certificatelines.line(each, now=now) for each in env.get("domains", ()))
    result += [f"    {line}" for line in domains if line]
    for service in env["services"]:
        limits = f" {words.bounds(service['scaling'])}" if service.get("scaling") else ""
        counts = f"{service['healthy']}/{service['desired']}{limits} healthy"
        if service["running"] != service["healthy"]:
            counts += f", {service['running']} running"
        if failed := service["failed_lately"]:
            failures = "1 task failed" if failed == 1 else f"{failed} tasks failed"
            counts += f"   {failures} in the last 10 min: fairway logs {service['name']} -e {env['name']}"
        seen = "   ".join(figures.parts(service.get("figures"))) if measured else ""
        result.append(f"    {service['name']:<10} {counts:<14}   {seen}".rstrip())
    result += [f"    {hosted.status_line(each)}" for each in env.get("databases", ())]
    result += [f"    {job['name']:<10} {runs.job_line(job, now)}" for job in env.get("jobs", ())]
    return result


def execution_lines(execution: dict[str, Any] | None, now: float) -> list[str]:
    """The latest execution: what it does, or how it ended and when."""
    if execution is None:
        return []
    number, status = execution["number"], execution["status"].lower().replace("_", " ")
    stage = next((part for part in execution["stages"] if part["status"] in ("IN_PROGRESS", "FAILED")), None)
    where = f" in {stage['name']}" if stage else ""
    if waits := execution.get("waits"):
        status, where = "waits for", f" {waits['cause']}"
    since = execution["ended_at"] or execution["started_at"] or execution["created_at"]
    when = words.age(now - since) if progress.is_finished(execution) else f"for {words.duration(now - since)}"
    if stage and stage["status"] == "IN_PROGRESS" and not waits and (taken := progress.taken_by(stage, now=now)):
        when = f"for {taken}"
    more = (
        "" if execution["status"] == "SUCCEEDED" else f"   {(waits or {}).get('command') or f'fairway show {number}'}"
    )
    subject = output.clean(execution["subject"])
    tried = f" of pull request {execution['pull_request']}" if execution.get("pull_request") else ""
    return [
        f'  execution {number}{tried}  {status}{where} {when}   {words.commit(execution["commit"])} "{subject}"{more}'
    ]


def next_lines(document: dict[str, Any]) -> list[str]:
    """What to type when there is nothing to see yet."""
    if document.get("execution") or any(env["release"] for env in document["environments"]):
        return []
    return ["  Next    fairway up   (or git push fairway master)"]


def mark(env: dict[str, Any]) -> tuple[str, str]:
    """The mark of a state and its style; the word always stands beside it."""
    return MARKS.get(env["state"], ("·", "dim"))


def state(env: dict[str, Any]) -> str:
    """`● healthy`."""
    sign, style = mark(env)
    return f"{output.paint(sign, style, sys.stdout)} {env['state']}"
