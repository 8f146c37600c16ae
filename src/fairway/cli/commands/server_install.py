"""`fairway server install` and `uninstall`: the server that is there after a start of the host."""

import sys

import click

from fairway import settings
from fairway.cli import daemon, durations, installable, installing, options, output, serving
from fairway.domain import settingsfile, unit
from fairway.settings import FILE, Settings
from fairway.wire import words

LOOPBACK = ("127.0.0.1", "localhost", "::1")


@click.command("install")
@click.option("--print", "show", is_flag=True, help="Show both files, passwords masked, and change nothing.")
@options.timeout("60s")
@options.as_json
def install(show: bool, timeout: str, as_json: bool) -> None:
    """Have systemd start the server with the host, and again when it ends (as root).

    The settings that hold here (FAIRWAY_*, proxies, certificates) are kept in a file that root alone may read, and
    commands go by them from then on. Again with other settings it says what changes; NAME= takes one away. A server
    that runs is stopped first; tasks and HAProxy go on serving.
    """
    patience = durations.seconds("--timeout", timeout)
    environ = installing.environment()
    configured = settings.read(environ)
    boot = serving.local_boot()
    if show:
        print_files(installing.prepare(configured, environ), as_json=as_json)
        return
    installable.require(configured, boot)
    prepared = installing.prepare(configured, environ, boot.texts())
    if not as_json:
        say_beforehand(prepared)
    done = installing.install(configured, prepared, boot, timeout=patience)
    document = {
        "unit": unit.NAME,
        "settings": str(FILE),
        "changed": prepared.differs,
        "pid": done.started.pid,
        "started": done.started.new,
        "url": configured.url,
        "home": str(configured.home),
    }
    if not output.answer_json(as_json, document):
        say_done(configured, done)


@click.command("uninstall")
@options.as_json
def uninstall(as_json: bool) -> None:
    """Stop the server and have systemd forget it (as root). Tasks, HAProxy and all that is kept stay as they are."""
    boot = serving.local_boot()
    serving.require_root("uninstall")
    home = boot.home()
    boot.remove()
    if output.answer_json(as_json, {"removed": home is not None}):
        return
    if home is None:
        output.say("Server  systemd starts none")
        return
    output.say(f"Server  stopped; systemd starts it no more ({unit.NAME} is removed)")
    output.say("Tasks and HAProxy go on serving, until the host is started anew")
    output.say(f"Kept    {home}, and the settings in {FILE}: commands still go by them")
    output.say("Next    fairway server start runs the server by hand")


def print_files(prepared: installing.Prepared, *, as_json: bool) -> None:
    """Both files on standard output."""
    shown = settingsfile.render({name: settingsfile.shown(value) for name, value in prepared.values.items()})
    if output.answer_json(as_json, {"unit": prepared.unit, "settings": shown}):
        return
    output.put(f"# /etc/systemd/system/{unit.NAME}")
    output.put(prepared.unit)
    output.put(f"# {FILE} (mode 0600)")
    output.put(shown.rstrip("\n"))


def say_beforehand(prepared: installing.Prepared) -> None:
    """What is about to be written, and what is not."""
    if prepared.differences:
        output.say(f"Settings kept in {FILE}, which root alone may read:")
        for line in prepared.differences:
            output.say(f"  {output.clean(line)}")
    else:
        count = words.count(len(prepared.values), "setting")
        output.say(f"Settings as they are in {FILE} ({count})")
    for name in prepared.left:
        why = "give AWS a profile or a role" if name.startswith("AWS_") else "it is no setting of a server"
        output.say(f"Left    {output.clean(name)}: {why}")
    if names := installable.owners(installable.program_paths()):
        output.say(
            f"Careful {', '.join(names)} can change the program that systemd runs as root ({sys.prefix}): "
            "an installation of root's own, in /opt/fairway, is safer"
        )


def say_done(configured: Settings, done: installing.Installed) -> None:
    """That it runs, what is reached where, and what to type next."""
    if done.stopped:
        output.say(f"Server  the one that ran is stopped (pid {done.stopped}); tasks and HAProxy went on")
    how = f"started in {words.duration(done.started.seconds)}" if done.started.new else "runs already"
    output.say(f"Server  {how} (pid {done.started.pid}), {configured.url}; {unit.NAME} starts it with the host")
    if configured.balances:
        ports = [f"{configured.apps_port} (HTTP)"]
        if configured.apps_tls_port:
            ports.append(f"{configured.apps_tls_port} (HTTPS)")
        output.say(f"Apps    on {configured.apps_address}, port {' and '.join(ports)}")
        if configured.apps_address in LOOPBACK:
            output.say("        which this host alone reaches; for the network:")
            output.say("        FAIRWAY_APPS_ADDRESS=0.0.0.0 FAIRWAY_APPS_PORT=80 fairway server install")
    output.say(f"Next    fairway server status    log: {daemon.log_file(configured)}")
