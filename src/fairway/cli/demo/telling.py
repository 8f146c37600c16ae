"""Prepare, tell the story, print each step as it ends, and a summary; and clean up after it."""

import asyncio
import dataclasses
import json
import shlex
import shutil
import sys
import time
from pathlib import Path

from fairway.cli.demo import sandbox
from fairway.cli.demo.story import HOST, Step, Story
from fairway.errors import NotFound

BASE = "node:22-slim"
"""The base image of the sample's generated Dockerfile."""
POSTGRES = "postgres:15"
"""The image of its databases, which fairway.toml names: its stand-in can be made where no registry answers."""
STEPS = 8
"""How many the whole story has."""


def tell(root: Path, program: str, *, as_json: bool) -> int:
    """Tell the story in a fresh sandbox under `root` and return the exit status: 1 when a step did not hold.

    `program` is the docker command. Everything is left running, for the user to look at.
    """
    if (root / "demo.json").exists():
        say("An earlier demo is there; it is removed first.")
        clean(root)
    started = time.monotonic()
    world = sandbox.create(root)
    prepare(world)
    ready = f"Prepared in {time.monotonic() - started:.1f} s."
    say(f"{ready} A shop with orders in PostgreSQL, staging and production, 16 shoppers.\n")
    steps = asyncio.run(Story(world, program, print_step).tell())
    seconds = time.monotonic() - started
    held = len(steps) == STEPS and all(step.held for step in steps)
    if as_json:
        print_json(steps, world, held=held, seconds=seconds)
    summarise(steps, world, held=held, seconds=seconds)
    return 0 if held else 1


def prepare(world: sandbox.Sandbox) -> None:
    """Start the server, with the images that the sample stands on."""
    world.fairway("server", "start")
    for image in (BASE, POSTGRES):
        world.run(sys.executable, "-m", "fairway", "doctor", "--fix", "--base", image, timeout=600)


def clean(root: Path) -> None:
    """Remove all that the demo made: tasks, networks, server, databases, files. Raises NotFound when there is none."""
    world = sandbox.open_existing(root)
    if (world.home / "token").exists():
        world.fairway("server", "start")
        listing = world.ask("apps")
        for app in listing["apps"]:
            world.fairway("down", "--app", app["name"], "--delete", "--delete-data", app["name"], "--yes")
        world.fairway("server", "stop", "--all")
    shutil.rmtree(root)


def print_step(step: Step) -> None:
    """One line when a step ends, with its traffic, and what was seen below it."""
    mark = "✓" if step.held else "✗"
    traffic = "" if step.requests is None else f"   {step.requests:,} requests, {step.failed} failed"
    say(f"  {mark} {step.name:<36} {step.seconds:5.1f} s{traffic}")
    for line in step.detail.splitlines():
        say(f"      {line}")


def summarise(steps: list[Step], world: sandbox.Sandbox, *, held: bool, seconds: float) -> None:
    """What it came to, where to look, and how to clean up."""
    sent = sum(step.requests or 0 for step in steps)
    failed = sum(step.failed or 0 for step in steps)
    verdict = "Everything held." if held else f'It stopped at "{steps[-1].name}".'
    say(f"\n{verdict} {seconds:.0f} s in all, {sent:,} requests sent, {failed} failed.")
    say(f"Look      http://{HOST}:{world.apps_port}/")
    say(f"Try       . {shlex.quote(str(world.shell))}   then fairway status, fairway logs -f, git push fairway master")
    say("Clean up  fairway demo --clean")


def print_json(steps: list[Step], world: sandbox.Sandbox, *, held: bool, seconds: float) -> None:
    """The same as one document on standard output."""
    document = {
        "held": held,
        "seconds": round(seconds, 2),
        "url": f"http://{HOST}:{world.apps_port}/",
        "repository": str(world.repository),
        "shell": str(world.shell),
        "steps": [dataclasses.asdict(step) for step in steps],
    }
    sys.stdout.write(json.dumps(document, indent=2) + "\n")


def say(text: str) -> None:
    """Talk goes to standard error, so that `--json` leaves standard output to the data."""
    sys.stderr.write(text + "\n")
    sys.stderr.flush()


def docker_program() -> str:
    """The docker command on PATH. Raises NotFound with the way to install it."""
    program = shutil.which("docker", path="/usr/bin:/usr/local/bin") or shutil.which("docker")
    if program is None:
        raise NotFound("Docker is not installed", hint="fairway doctor --fix")
    return program
