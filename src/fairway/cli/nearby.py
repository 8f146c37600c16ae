"""The databases that Fairway runs, for a process on this machine: where it is the server's host, they are reached by
another address than the one that tasks have."""

import os
import socket
from collections.abc import Mapping

from fairway.cli import here, output
from fairway.domain import address as addresses
from fairway.domain.address import Engine
from fairway.domain.app import Environment
from fairway.errors import FairwayError

PATIENCE = 2.0
"""Seconds for a connection within one host."""


def give(app: str, environment: Environment, own: Mapping[str, str]) -> Mapping[str, str]:
    """The variables of the environment's databases that nothing of one's `own` stands in place of, as far as they can
    be reached from here; of each other one a line says why not."""
    wanted = {variable: name for variable, name in environment.given.items() if variable not in own}
    if not wanted:
        return {}
    try:
        urls = fetch(app, environment.name)
    except FairwayError as error:
        for variable, name in wanted.items():
            output.say(f"{'Note':<7}{variable} is not set, the URL of the database {name}: {error.what}")
        return {}
    found: dict[str, str] = {}
    for variable, name in wanted.items():
        if variable in urls and is_reached(urls[variable]):
            found[variable] = urls[variable]
            output.say(f"{'Data':<7}{variable} is the database {name} of {environment.name} itself, not a copy")
        else:
            why = "it can't be reached from this machine" if variable in urls else "it does not run"
            output.say(f"{'Note':<7}{variable} is not set, the URL of the database {name}: {why}")
    return found


def fetch(app: str, environment: str) -> Mapping[str, str]:
    """The URLs by variable. Raises what the server says, and Unreachable."""
    place = here.find(app)
    path = place.path("environments", environment, "variables", "reveal")
    found: dict[str, str] = place.client.post(path, {"purpose": "fairway run"})["databases"]
    return found


def is_reached(url: str) -> bool:
    """Whether there is anything at the address."""
    address = addresses.read(url)
    if address.engine is Engine.SQLITE:
        return os.access(address.name, os.R_OK | os.W_OK)
    try:
        with socket.create_connection((address.host, address.port), timeout=PATIENCE):
            return True
    except OSError:
        return False
