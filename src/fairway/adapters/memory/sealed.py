"""The sealed values of the stores in memory."""

import base64
import json
from collections.abc import Sequence
from dataclasses import replace

from fairway.adapters.memory.shelf import Shelf
from fairway.domain.database import Database
from fairway.ports.sealed import (
    DATABASE,
    DEPLOY_KEY,
    HANDED,
    TOKEN,
    WEBHOOK,
    Again,
    Place,
    place_of_certificate,
    place_of_key,
)
from fairway.ports.sources import Source
from fairway.ports.stores import SealedConfiguration


class MemorySealedValues:
    """`ports.sealed.SealedValues`."""

    def __init__(self, shelf: Shelf) -> None:
        self._shelf = shelf

    async def change(self, again: Again) -> int:
        """How many there were."""
        self._shelf.change()
        count = 0

        def counting(place: Place, sealed: bytes) -> bytes | None:
            nonlocal count
            count += 1
            return again(place, sealed)

        # All of them before any is kept: what is raised leaves them as they were.
        configurations = {key: in_configuration(each, counting) for key, each in self._shelf.configurations.items()}
        sources = {key: in_source(each, counting) for key, each in self._shelf.sources.items()}
        outputs = {key: in_outputs(key[0], text, counting) for key, text in self._shelf.outputs.items()}
        managed = {key: in_database(each, counting) for key, each in self._shelf.managed.items()}
        self._shelf.managed.update(managed)
        certificates = {
            host: (each, counting(place_of_certificate(host), sealed))
            for host, (each, sealed) in self._shelf.certificates.items()
        }
        keys = {name: counting(place_of_key(name), sealed) for name, sealed in self._shelf.sealed_keys.items()}
        self._shelf.configurations.update(configurations)
        self._shelf.sources.update(sources)
        self._shelf.outputs.update(outputs)
        self._shelf.certificates.clear()
        self._shelf.certificates.update(
            {host: (each, sealed) for host, (each, sealed) in certificates.items() if sealed is not None}
        )
        self._shelf.sealed_keys.clear()
        self._shelf.sealed_keys.update({name: sealed for name, sealed in keys.items() if sealed is not None})
        return count

    async def newest(self, limit: int) -> Sequence[tuple[Place, bytes]]:
        """At most so many."""
        self._shelf.visit()
        found: list[tuple[Place, bytes]] = []

        def note(place: Place, sealed: bytes) -> bytes:
            found.append((place, sealed))
            return sealed

        for each in sorted(self._shelf.configurations.values(), key=lambda each: -each.created_at):
            in_configuration(each, note)
        for source in self._shelf.sources.values():
            in_source(source, note)
        for database in self._shelf.managed.values():
            in_database(database, note)
        for host, (_, sealed) in self._shelf.certificates.items():
            note(place_of_certificate(host), sealed)
        for name, sealed in self._shelf.sealed_keys.items():
            note(place_of_key(name), sealed)
        return found[:limit]


class MemorySealedKeys:
    """`ports.sealed.SealedKeys`."""

    def __init__(self, shelf: Shelf) -> None:
        self._shelf = shelf

    async def get(self, name: str) -> bytes | None:
        """None when there is none."""
        self._shelf.visit()
        return self._shelf.sealed_keys.get(name)

    async def add(self, name: str, sealed: bytes) -> bytes:
        """The one that is kept: the first."""
        self._shelf.change()
        return self._shelf.sealed_keys.setdefault(name, sealed)


def in_configuration(kept: SealedConfiguration, again: Again) -> SealedConfiguration:
    """A version, with its values sealed again."""
    places = {name: Place(app=kept.app, environment=kept.environment, name=name) for name in kept.values}
    new = {name: again(places[name], sealed) for name, sealed in kept.values.items()}
    return replace(kept, values={name: sealed for name, sealed in new.items() if sealed is not None})


def in_source(kept: Source, again: Again) -> Source:
    """A source, with its secrets sealed again."""

    def one(name: str, sealed: bytes | None) -> bytes | None:
        return None if sealed is None else again(Place(app=kept.app, environment="", name=name), sealed)

    return replace(
        kept,
        token=one(TOKEN, kept.token),
        deploy_key=one(DEPLOY_KEY, kept.deploy_key),
        webhook=one(WEBHOOK, kept.webhook),
    )


def in_database(kept: Database, again: Again) -> Database:
    """A managed database, with its password sealed again."""
    if not kept.password:
        return kept
    place = Place(app=kept.app, environment=kept.environment, name=f"{DATABASE}{kept.name}")
    new = again(place, base64.b64decode(kept.password))
    return replace(kept, password="" if new is None else base64.b64encode(new).decode())


def in_outputs(app: str, text: str, again: Again) -> str:
    """The outputs of an execution, with what its actions handed on sealed again."""
    outputs = json.loads(text)
    for key in [key for key in outputs if key.startswith(HANDED)]:
        stage, _, action = key.removeprefix(HANDED).partition("/")
        new = {
            name: again(Place(app=app, environment=stage, name=f"{action}.{name}"), base64.b64decode(sealed))
            for name, sealed in outputs[key].items()
        }
        outputs[key] = {name: base64.b64encode(each).decode() for name, each in new.items() if each is not None}
    return json.dumps(outputs)
