"""`fairway server`: the server of this host."""

import json
import os
import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, TextIO

import click

from fairway import settings
from fairway.cli import daemon, durations, here, options, output, questions, serving, sharing
from fairway.cli.commands import server_install
from fairway.errors import Unreachable
from fairway.wire import words

if TYPE_CHECKING:
    from fairway.environment.rotation import Rotated

BACKUPS = "the key of the backups; none of them can be opened any more"


@click.group()
def server() -> None:
    """Start, stop and look at the server of this host."""


@server.command("start")
@options.timeout("60s")
@options.as_json
def start(timeout: str, as_json: bool) -> None:
    """Start the server in the background and wait until it answers. One that runs is left alone.

    Where it is installed, systemd starts it, with the settings that it was installed with."""
    patience = durations.seconds("--timeout", timeout)
    configured = settings.read()
    started = serving.start(configured, timeout=patience)
    document = {"pid": started.pid, "started": started.new, "url": configured.url, "home": str(configured.home)}
    if not output.answer_json(as_json, document):
        how = f"started in {words.duration(started.seconds)}" if started.new else "runs already"
        by = " by systemd" if started.new and serving.installed(configured, serving.local_boot()) else ""
        output.say(f"Server  {how}{by} (pid {started.pid}), {configured.url}")


@server.command("stop")
@click.option(
    "--all", "everything", is_flag=True, help="HAProxy and the registry too: the apps are not reached any more."
)
@options.timeout("30s")
@options.as_json
def stop(everything: bool, timeout: str, as_json: bool) -> None:
    """Stop the server. Tasks and HAProxy go on serving.

    Where it is installed, systemd stops it, and starts it again with the host."""
    patience = durations.seconds("--timeout", timeout)
    configured = settings.read()
    by_systemd = serving.installed(configured, serving.local_boot())
    pid = serving.stop(configured, timeout=patience)
    components = daemon.stop_components(configured, timeout=patience) if everything else []
    if output.answer_json(as_json, {"pid": pid, "components": components}):
        return
    output.say(f"Server  stopped (pid {pid})" if pid else "Server  none was running")
    if components:
        output.say(f"Stopped {', '.join(components)}")
    elif pid and not everything:
        output.say("Tasks and HAProxy go on serving; fairway server stop --all stops HAProxy and the registry too")
    if by_systemd:
        output.say("It begins again with the host, or by fairway server start; fairway server uninstall ends that")


@server.command("rotate-key")
@click.option("--drop-lost", is_flag=True, help="Give up what the present key does not open; it is named.")
@options.timeout("60s")
@options.yes
@options.as_json
def rotate_key(drop_lost: bool, timeout: str, yes: bool, as_json: bool) -> None:
    """Encrypt every variable and credential with a new key, and remove the old one.

    A server that runs is stopped meanwhile and started again; tasks and HAProxy go on serving.
    """
    import asyncio

    from fairway.bootstrap import keys
    from fairway.server import lock

    patience = durations.seconds("--timeout", timeout)
    configured = settings.read()
    if drop_lost:
        questions.confirm("Remove every variable and credential that can't be decrypted?", yes=yes)
    with serving.paused(configured, timeout=patience):
        with lock.hold(configured.run):
            rotated = asyncio.run(keys.rotate(configured, drop_lost=drop_lost))
        # Before the server is started again: if it does not come up, the key is replaced all the same.
        say_rotated(rotated, keys.file_of(configured), as_json=as_json)


def say_rotated(rotated: "Rotated", file: Path, *, as_json: bool) -> None:
    """How much has the new key, what is lost, and what to keep a copy of."""
    dropped = [
        " ".join(filter(None, (each.app, each.environment, each.name))) if each.app else BACKUPS
        for each in rotated.dropped
    ]
    if output.answer_json(as_json, {"values": rotated.count, "dropped": dropped}):
        return
    output.say(
        f"Key     replaced; {words.count(rotated.count, 'value')} encrypted with the new one, the old one is gone"
    )
    for place in dropped:
        output.say(f"Lost    {place}")
    output.say(f"Next    a copy of {file} belongs where the copies of the database are, not beside them")


@server.command("status")
@options.as_json
def status(as_json: bool) -> None:
    """Show the server and what it supervises. Ends with 3 when it does not run."""
    document = here.client().get("/server")
    boot = serving.local_boot()
    by_systemd = serving.installed(settings.read(), boot) and boot.standing().pid == document["pid"]
    if output.answer_json(as_json, {**document, "systemd": by_systemd}):
        return
    since = words.duration(time.time() - document["started_at"])
    output.put(f"Server  {document['version']}, pid {document['pid']}, up {since}")
    if by_systemd:
        output.put(f"  run by     systemd ({serving.UNIT}), which starts it with the host")
    output.put(f"  home       {document['home']}")
    output.put(f"  server     {document['url']}")
    output.put(f"  apps       {document['apps_url']}")
    for component in document["components"]:
        detail = f"  {output.clean(component['detail'])}" if component.get("detail") else ""
        output.put(f"  {component['name']:<10} {component['state'].lower()}{detail}")
    for line in sharing.lines(document["servers"], time.time()):
        output.put(line)


server.add_command(server_install.install)
server.add_command(server_install.uninstall)


@server.command("logs")
@click.option("--follow", "-f", is_flag=True, help="Go on with what is printed from now on.")
@click.option(
    "--tail",
    "-n",
    "lines",
    metavar="NUMBER",
    type=click.IntRange(min=0),
    default=100,
    help="So many of the last lines.",
)
@options.as_json
def logs(follow: bool, lines: int, as_json: bool) -> None:
    """Show what the server prints. With --json it is one document; with --follow too, one for each line."""
    configured = settings.read()
    file = daemon.log_file(configured)
    if not file.exists():
        raise Unreachable(
            f"there is no log in {file}", why="no server has been started here", hint="fairway server start"
        )
    # One opening for both, so that no line falls between the last one shown and the first one followed.
    with file.open(encoding="utf-8", errors="replace") as content:
        *whole, rest = content.read().split("\n")
        shown = whole if follow or not rest else [*whole, rest]
        last = shown[-lines:] if lines else []
        if as_json and not follow:
            output.put_json({"lines": [{"text": line} for line in last]})
            return
        put = put_document if as_json else put_line
        for line in last:
            put(line)
        if follow:
            follow_file(content, rest, put)


def put_line(line: str) -> None:
    """A line for people."""
    output.put(output.clean(line))


def put_document(line: str) -> None:
    """A line as a document of its own, since there is no end to wait for."""
    output.put(json.dumps({"text": line}, ensure_ascii=False))


def follow_file(content: TextIO, rest: str, put: Callable[[str], None]) -> None:
    """Hand on each line that is added, once it is whole, until Ctrl-C. `rest` is the beginning of one that is not."""
    try:
        while True:
            if os.lseek(content.fileno(), 0, os.SEEK_CUR) > os.fstat(content.fileno()).st_size:
                content.seek(0)  # it was long, and the server has emptied it
            rest += content.readline()
            if rest.endswith("\n"):
                put(rest[:-1])
                rest = ""
            else:
                time.sleep(0.2)
    except KeyboardInterrupt:
        raise click.exceptions.Exit(0) from None
