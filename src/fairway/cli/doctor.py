"""`fairway doctor`: does this host have what Fairway needs, and if not, what mends it."""

import time
from collections.abc import Awaitable, Callable, Sequence

import click

from fairway import settings
from fairway.cli import here, options, output, sharing
from fairway.errors import FairwayError
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

    return asyncio.run(look(local_host(), fix=fix, base=base, as_json=as_json, others=ask_servers))


def ask_servers() -> Sequence[Check]:
    """How the servers do that share the work, as this host's server says; nothing when it does not run."""
    try:
        document = here.client().get("/server")
    except FairwayError:
        return []
    return sharing.check(document["servers"], time.time())


def local_host() -> Host:
    """The machine we are on, with this home's settings."""
    from fairway.adapters.host.host import LocalHost
    from fairway.adapters.host.machine import Machine
    from fairway.adapters.oci import embedded as registry

    configured = settings.read()
    embedded = registry.needed(configured.home, configured.registry)
    ports = {
        variable: getattr(configured, field)
        for field, variable in settings.PORTS.items()
        if embedded or field != "registry_port"
    }
    machine = Machine(home=configured.home, ports=ports, docker_host=configured.docker_host)

    async def make_base(image: str, say: Callable[[str], None]) -> None:
        from fairway.adapters.buildkit.bases import DockerBases
        from fairway.adapters.buildkit.builder import DockerBuilder

        async with DockerBuilder(configured.docker_host) as builder:
            await DockerBases(builder).ensure(image, say)

    return LocalHost(machine=machine, make_base=make_base, embedded_registry=embedded)


async def look(
    host: Host, *, fix: bool, base: str | None, as_json: bool, others: Callable[[], Sequence[Check]] = list
) -> int:
    """Examine, mend when asked to, and show what stands at the end, with how the `others` do; the exit status."""
    checks = await host.examine(base)
    if fix and not all(check.passes for check in checks):
        await host.mend(checks, output.say)
        checks = await host.examine(base)
    checks = [*checks, *others()]
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
        if check.fix:
            output.put(f"  {'':<{width}}  {check.fix}")
    lacking = [check.name for check in checks if not check.passes]
    if not lacking:
        output.say("Fairway has what it needs here")
    else:
        more = "" if fixed else "; fairway doctor --fix installs and starts what it can"
        output.say(f"Lacking: {', '.join(lacking)}{more}")
