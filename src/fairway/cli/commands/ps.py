"""`fairway ps`: the tasks, as they are at this moment."""

import time
from typing import Any

import click

from fairway.cli import here, options, output
from fairway.wire import words

HEADINGS = ("task", "environment", "service", "release", "status", "health", "up", "CPU", "memory", "detail")


@click.command("ps")
@options.app
@click.option("--environment", "-e", help="Only this environment. Default: all.")
@click.option("--all", "everything", is_flag=True, help="Stopped tasks too.")
@options.as_json
def ps(application: str | None, environment: str | None, everything: bool, as_json: bool) -> None:
    """List the tasks of every environment, or of one."""
    place = here.find(application)
    query = {"environment": environment, "all": True if everything else None}
    document = place.client.get(place.path("tasks"), query)
    if output.answer_json(as_json, document):
        return
    rows = [row(task, time.time()) for task in document["tasks"]]
    output.put_table(HEADINGS, rows, empty=f"{place.app} has no tasks; fairway status says what should run")
    for each in document.get("scaled", ()):
        output.say(f"{each['service']} of {each['environment']}: {scaled(each)}")


def row(task: dict[str, Any], now: float) -> list[str]:
    """One task as cells."""
    running = task["stopped_at"] is None
    since = task["started_at"] if running else task["stopped_at"]
    cpu, cores = task.get("cpu_percent"), task.get("cpu_limit")
    memory, limit = task.get("memory"), task.get("memory_limit")
    return [
        task["id"][:12],
        task["environment"],
        task["service"],
        str(task["release"]),
        task["status"].lower() if running else ended(task),
        task["health"].lower() if running and task["health"] else "",
        "" if since is None else words.duration(now - since) if running else words.age(now - since),
        "" if cpu is None else words.share_of_cpu(cpu, cores) + (f" of {cores:g}" if cores else ""),
        "" if memory is None else words.share_of_size(memory, limit),
        output.clean(task.get("detail") or ""),
    ]


def scaled(count: dict[str, Any]) -> str:
    """`4 tasks (2-10)`: how many, and what scaling holds it to."""
    return f"{words.count(count['desired'], 'task')} {words.bounds(count['scaling'])}"


def ended(task: dict[str, Any]) -> str:
    """How a task ended."""
    if task.get("oom_killed"):
        return "out of memory"
    code = task.get("exit_code")
    return task["status"].lower() if code is None else f"exited {code}"
