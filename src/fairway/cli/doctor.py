"""`fairway doctor`: does this host have what Fairway needs, and if not, what mends it. What the server here knows of
that would keep an app from being served is told with it."""

import os
import time
from collections.abc import Awaitable, Callable, Sequence

import click

from fairway import settings
from fairway.cli import beyond, here, options, output, serving, sharing
from fairway.client.api import Client
from fairway.errors import FairwayError
from fairway.ports.boot import Boot
from fairway.ports.host import Check, CheckState, Host

MARKS = {CheckState.OK: "✓", CheckState.MISSING: "✗", CheckState.BROKEN: "✗"}
MakeBase = Callable[[str, Callable[[str], None]], Awaitable[None]]


@click.command("doctor")
@click.option("--fix", is_flag=True, help="Install and start what is missing (Debian, Ubuntu, as root).")
@click.option("--base", metavar="IMAGE", help="A base image that builds need, such as node:22-slim.")
@options.as_json
def doctor(fix: bool, base: str | None, as_json: bool) -> int:
    """Look at this host. Ends with 1 when something that Fairway needs is missing or broken."""
    import asyncio

    return asyncio.run(look(local_host(), fix=fix, base=base, as_json=as_json, others=look_beyond))


async def look_beyond() -> Sequence[Check]:
    """What is not of this host alone: what its server says, and what ECS needs here where it is used."""
    checks = [*at_boot(settings.read(), serving.local_boot(), root=os.geteuid() == 0), *ask_server(here.client())]
    if beyond.deploys_to_aws(settings.read()):
        from fairway.adapters.ecs import plugin

        checks.append(await plugin.examine("this host"))
    return checks


def at_boot(configured: settings.Settings, boot: Boot, *, root: bool) -> Sequence[Check]:
    """Whether the server begins with the host; nothing where no systemd could start it, or this is not root."""
    if not root or not boot.present():
        return []
    name = "start with the host"
    if boot.home() == configured.home and boot.standing().enabled:
        return [Check(name=name, state=CheckState.OK, seen=f"systemd starts the server ({serving.UNIT})")]
    seen = "nothing starts the server when the host starts"
    if (other := boot.home()) not in (None, configured.home):
        seen = f"systemd starts the server of {other}, not this one"
    fix = "fairway server install"
    return [Check(name=name, state=CheckState.MISSING, seen=seen, fix=fix, needed=False)]


def ask_server(client: Client) -> Sequence[Check]:
    """How the servers do that share the work, and which environments are closed; nothing when no server runs."""
    now = time.time()
    try:
        servers = client.get("/server")["servers"]
        statuses = [client.get(f"/apps/{each['name']}") for each in client.get("/apps")["apps"]]
    except FairwayError:
        return []
    return [*sharing.check(servers, now), *beyond.closed(statuses, now)]


async def nothing() -> Sequence[Check]:
    """No checks beyond the host's."""
    return []


def local_host() -> Host:
    """The machine we are on, with this home's settings."""
    from fairway.adapters.host.host import LocalHost
    from fairway.adapters.host.machine import Machine
    from fairway.adapters.oci import embedded as registry

    configured = settings.read()
    embedded = registry.needed(configured.home, configured.registry)
    numbers = {field: getattr(configured, field) for field in settings.PORTS}
    ports = {
        settings.PORTS[field]: number
        for field, number in numbers.items()
        if number and (embedded or field != "registry_port")
    }
    machine = Machine(home=configured.home, ports=ports, docker_host=configured.docker_host)

    async def make_base(image: str, say: Callable[[str], None]) -> None:
        from fairway.adapters.buildkit.bases import DockerBases
        from fairway.adapters.buildkit.builder import DockerBuilder

        async with DockerBuilder(configured.docker_host) as builder:
            await DockerBases(builder).ensure(image, say)

    return LocalHost(machine=machine, make_base=make_base, embedded_registry=embedded)


async def look(
    host: Host,
    *,
    fix: bool,
    base: str | None,
    as_json: bool,
    others: Callable[[], Awaitable[Sequence[Check]]] = nothing,
) -> int:
    """Examine, mend when asked to, and show what stands at the end, with how the `others` do; the exit status."""
    checks = await host.examine(base)
    if fix and not all(check.passes for check in checks):
        await host.mend(checks, output.say)
        checks = await host.examine(base)
    checks = [*checks, *await others()]
    passes = all(check.passes for check in checks)
    if as_json:
        output.put_json({"ok": passes, "checks": [document(check) for check in checks]})
    else:
        show(checks, fixed=fix)
    return 0 if passes else 1


def document(check: Check) -> dict[str, object]:
    """A check as JSON."""
    return {
        "name": check.name,
        "state": check.state,
        "seen": check.seen,
        "fix": check.fix,
        "needed": check.needed,
    }


def show(checks: Sequence[Check], *, fixed: bool) -> None:
    """A line for each check, the command that mends it below, and what to type next."""
    width = max(len(check.name) for check in checks)
    for check in checks:
        mark = MARKS[check.state] if check.state is CheckState.OK or check.needed else "!"
        output.put(f"{mark} {check.name:<{width}}  {output.clean(check.seen)}")
        for line in check.fix.splitlines():
            output.put(f"  {'':<{width}}  {output.clean(line)}")
    lacking = [check.name for check in checks if not check.passes]
    if not lacking:
        marked = ", ".join(check.name for check in checks if check.state is not CheckState.OK)
        output.say("Fairway has what it needs here" + (f", but look at {marked}" if marked else ""))
    else:
        more = "" if fixed else "; fairway doctor --fix installs and starts what it can"
        output.say(f"Lacking: {', '.join(lacking)}{more}")
