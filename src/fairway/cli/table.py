"""Every command: where it is, and what it does in one line. All that `fairway --help` needs to import.

Adding one: a module under `cli/commands` (or a package of its own) with a click command or group, and its line here.
"""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Entry:
    """Where a command is (`module:name`), and its help. `section` is its heading in `fairway --help`; "" hides it."""

    place: str
    help: str
    section: str


SHIP, RUN, CONFIGURE, HOST = "Ship", "Run", "Configure", "This host"
HERE = "fairway.cli.commands"

COMMANDS: Mapping[str, Entry] = {
    "init": Entry(f"{HERE}.init:init", "Look at the repository and write fairway.toml", SHIP),
    "check": Entry(f"{HERE}.check:check", "Look for what will hurt in production", SHIP),
    "up": Entry(f"{HERE}.up:up", "Start the server if none runs, create the app, deploy this commit", SHIP),
    "deploy": Entry(f"{HERE}.deploy:deploy", "Start an execution for a commit that the server has", SHIP),
    "executions": Entry(f"{HERE}.executions:executions", "List the pipeline's executions, newest first", SHIP),
    "pipeline": Entry(f"{HERE}.pipeline:pipeline", "Draw the pipeline, and which execution is where in it", SHIP),
    "show": Entry(f"{HERE}.show:show", "Show an execution, its failure, or a stage's log", SHIP),
    "approve": Entry(f"{HERE}.approve:approve", "Approve what an execution waits for", SHIP),
    "reject": Entry(f"{HERE}.approve:reject", "Reject what an execution waits for", SHIP),
    "retry": Entry(f"{HERE}.retry:retry", "Try the stage again that an execution failed in", SHIP),
    "stop": Entry(f"{HERE}.stop:stop", "Stop an execution", SHIP),
    "transition": Entry(f"{HERE}.transition:transition", "Hold executions back in front of a stage", SHIP),
    "releases": Entry(f"{HERE}.releases:releases", "List an environment's releases, newest first", SHIP),
    "rollback": Entry(
        f"{HERE}.rollback:rollback", "Take an environment back to an earlier release, without a build", SHIP
    ),
    "migrate": Entry(f"{HERE}.migrate:migrate", "Show, rehearse or report what is pending in a database", SHIP),
    "status": Entry(f"{HERE}.status:status", "Show the app: environments, services, the latest execution", RUN),
    "ps": Entry(f"{HERE}.ps:ps", "List the tasks", RUN),
    "top": Entry(f"{HERE}.top:top", "Show requests, errors, latencies, CPU and memory, live", RUN),
    "logs": Entry(f"{HERE}.logs:logs", "Show what the tasks print", RUN),
    "exec": Entry(f"{HERE}.exec:execute", "Run a command in a task, or in a container of its own (--new)", RUN),
    "jobs": Entry(f"{HERE}.jobs:jobs", "List jobs and their runs, show how these ended, run or stop one", RUN),
    "scale": Entry(f"{HERE}.scale:scale", "Set how many tasks a service has, or show what has changed it", RUN),
    "restart": Entry(f"{HERE}.restart:restart", "Replace the tasks one by one, with the present variables", RUN),
    "down": Entry(f"{HERE}.down:down", "Take an environment, or the whole app, off", RUN),
    "apps": Entry(f"{HERE}.apps:apps", "List or create apps", CONFIGURE),
    "source": Entry(f"{HERE}.source:source", "Say where the code comes from, when it lives at a forge", CONFIGURE),
    "aws": Entry(f"{HERE}.aws:aws", "Run the app on AWS: what it would cost, make it, take it down", CONFIGURE),
    "run": Entry(f"{HERE}.run:run", "Run the backend here, with the variables of an environment", CONFIGURE),
    "db": Entry(
        f"{HERE}.db:db", "Look at databases, back them up, restore them, and see that it would work", CONFIGURE
    ),
    "env": Entry(f"{HERE}.env:env", "List, set, unset, import or check variables", CONFIGURE),
    "certificates": Entry(
        f"{HERE}.certificates:certificates", "List domains with their certificates; add one of your own", CONFIGURE
    ),
    "server": Entry(f"{HERE}.server:server", "Start, stop and look at the server", HOST),
    "doctor": Entry("fairway.cli.doctor:doctor", "Look at what this host has and lacks, and mend it", HOST),
    "demo": Entry("fairway.cli.demo.command:demo", "Tell the whole story on a sample backend", HOST),
    "stage": Entry(f"{HERE}.stage:stage", "Run one stage of a pipeline on AWS: what CodeBuild calls", ""),
    "completion": Entry(f"{HERE}.completion:completion", "Print the completion script for a shell", HOST),
}


def help_text() -> str:
    """What `fairway --help` prints."""
    width = max(len(name) for name, entry in COMMANDS.items() if entry.section) + 3
    lines = [
        "Usage: fairway COMMAND [OPTIONS] [ARGUMENTS]",
        "",
        "Push to master and it is live.",
    ]
    for section in dict.fromkeys(entry.section for entry in COMMANDS.values() if entry.section):
        lines += ["", f"{section}:"]
        lines += [f"  {name:<{width}}{e.help}" for name, e in COMMANDS.items() if e.section == section]
    lines += [
        "",
        "fairway COMMAND --help says more. Every command that reads takes --json; --debug shows where an error arose.",
        "Exit status: 0 done, 1 the work failed, 2 the call or configuration was wrong, 3 no server.",
    ]
    return "\n".join(lines) + "\n"
