"""The containers and volumes of managed databases, found again by the id of their record.

A container can be made again at any time; a volume is the data. So a volume is made by one call alone, for a database
that nobody has used yet, and deleted by one call alone; no other one touches it. A call that was cut off leaves a
volume without a container, or a container that was never started, and the next one goes on from there.
"""

import asyncio
import contextlib
import io
import json
import tarfile
from collections.abc import Mapping, Sequence
from typing import Any

from fairway.adapters.docker import creation, execution, frames, labelled, names, reading, refusals
from fairway.adapters.docker.connection import PATIENCE, Refused
from fairway.adapters.docker.engine import DockerEngine
from fairway.adapters.docker.execution import Execution
from fairway.domain.database import DatabaseKey, Seen
from fairway.errors import Conflict, NotFound, WorkFailed
from fairway.ports.managed import ServerSpec

GRACE = 60
"""Seconds that a server has for its shutdown, which writes what is only in memory."""
ATTEMPTS = 3
SLOWLY = 120.0
"""Seconds for a start on a busy disk."""


class DockerDatabases:
    """`ports.managed.DatabaseServers` on the engine's daemon, under its instance, on its networks."""

    def __init__(self, engine: DockerEngine) -> None:
        self._networks = engine.networks
        self._connection = engine.containers.connection
        self._instance = engine.containers.instance
        # Two that make one container at once: the second would find its name taken before the first one is listed.
        self._turn = asyncio.Lock()

    async def look(self) -> Mapping[str, Seen]:
        """Every container, by the record's id."""
        found: dict[str, Seen] = {}
        for entry in await self._listed(names.DATABASE):
            inspected = await self._inspect(str(entry["Id"]))
            if inspected is not None:
                seen = read(inspected)
                found[seen.id] = seen
        return found

    async def volumes(self) -> frozenset[str]:
        """By the records' ids."""
        filters = json.dumps({"label": [f"{names.INSTANCE}={self._instance}", names.DATABASE]})
        answer = await self._connection.call("GET", "/volumes", params={"filters": filters})
        return frozenset(str(each["Labels"][names.DATABASE]) for each in answer.get("Volumes") or ())

    async def start(self, spec: ServerSpec, password: str, *, fresh: bool) -> None:
        """From wherever an earlier call was cut off. Raises WorkFailed."""
        async with self._turn:
            if spec.id not in await self.volumes():
                await self._make_volume(spec, fresh=fresh)
            for attempt in range(1, ATTEMPTS + 1):
                container = await self._find(spec.id) or await self._create(spec)
                try:
                    await self._begin(container, password)
                    return
                except Refused as refusal:
                    # Its network was removed by hand: a container keeps the id of the one that it was made on.
                    if attempt == ATTEMPTS or not (refusal.status == 404 and "network" in refusal.message):
                        raise refuse(refusal, spec) from refusal
                    self._networks.forget(spec.key.app, spec.key.environment)
                    await labelled.delete(self._connection, f"/containers/{container}")

    async def limit(self, spec: ServerSpec) -> None:
        """While it runs. Raises WorkFailed, for example when it uses more memory than it may from now on."""
        container = await self._find(spec.id)
        if container is None:
            return
        body = creation.limits(spec.cpu, spec.memory)
        try:
            await self._connection.call("POST", f"/containers/{container}/update", body=body)
        except Refused as refusal:
            raise WorkFailed(
                f"the limits of the database {spec.key} can't be changed while it runs",
                why=refusals.last_part(refusal.message),
                hint=f"raise memory in [databases.{spec.key.name}] again",
            ) from refusal

    async def remove(self, id: str) -> None:
        """Stop its container in peace and delete it."""
        container = await self._find(id)
        if container is None:
            return
        with contextlib.suppress(Refused):
            params = {"t": str(GRACE)}
            path = f"/containers/{container}/stop"
            await self._connection.call("POST", path, params=params, timeout=PATIENCE + GRACE)
        await labelled.delete(self._connection, f"/containers/{container}")

    async def discard(self, key: DatabaseKey, id: str) -> None:
        """Delete its volume, a container that is still on it, and its network if nothing else is on that."""
        if (container := await self._find(id)) is not None:
            await labelled.delete(self._connection, f"/containers/{container}")
        try:
            await self._connection.call("DELETE", f"/volumes/{names.volume_name(self._instance, id)}")
        except Refused as refusal:
            if refusal.status != 404:
                why = refusals.last_part(refusal.message)
                raise WorkFailed(f"the volume of the database {key} can't be deleted", why=why) from refusal
        with contextlib.suppress(Conflict):
            await self._networks.remove(key.app, key.environment)

    async def printed(self, id: str, *, lines: int = 20) -> Sequence[str]:
        """The last lines of both of its streams."""
        container = await self._find(id)
        if container is None:
            return ()
        params = {"stdout": "1", "stderr": "1", "tail": str(lines)}
        decoder, text = frames.Decoder(), bytearray()
        with contextlib.suppress(Refused):
            async with self._connection.stream("GET", f"/containers/{container}/logs", params=params) as chunks:
                async for chunk in chunks:
                    for _, data in decoder.feed(chunk):
                        text += data
        return text.decode(errors="replace").splitlines()[-lines:]

    async def run(self, id: str, command: Sequence[str], *, tty: bool = False) -> Execution:
        """Run a command beside the server. Raises NotFound when it does not run."""
        container = await self._find(id)
        try:
            if container is None:
                raise Refused(404, "it has no container")
            session = await execution.prepare(self._connection, container, command, tty=tty, stdin=True)
        except Refused as refusal:
            if refusal.status in (404, 409):
                raise NotFound(
                    "the database does not run", why=refusal.message, hint="fairway db list shows its state"
                ) from refusal
            raise
        await session.begin()
        return session

    async def _make_volume(self, spec: ServerSpec, *, fresh: bool) -> None:
        name = names.volume_name(self._instance, spec.id)
        if not fresh:
            raise WorkFailed(f"the volume {name} is gone", why=f"the data of the database {spec.key} was in it")
        labels = names.database_labels(self._instance, spec.key, spec.id)
        await self._connection.call("POST", "/volumes/create", body={"Name": name, "Labels": labels})

    async def _create(self, spec: ServerSpec) -> str:
        network = await self._networks.ensure(spec.key.app, spec.key.environment)
        body = creation.database(self._instance, spec, network=network)
        name = names.database_name(spec)
        try:
            made = await self._connection.call("POST", "/containers/create", params={"name": name}, body=body)
        except Refused as refusal:
            # The answer to an earlier call was lost, and the container is there.
            if refusal.status == 409 and (found := await self._find(spec.id)) is not None:
                return found
            raise refuse(refusal, spec) from refusal
        return str(made["Id"])

    async def _begin(self, container: str, password: str) -> None:
        """Raises Refused. The password is given again each time: whether an earlier call came so far nobody knows."""
        await self._connection.upload(f"/containers/{container}/archive", pack(password), params={"path": "/"})
        await self._connection.call("POST", f"/containers/{container}/start", timeout=SLOWLY)

    async def _inspect(self, container: str) -> Mapping[str, Any] | None:
        try:
            found: Mapping[str, Any] = await self._connection.call("GET", f"/containers/{container}/json")
        except Refused as refusal:
            if refusal.status != 404:
                raise
            return None
        return found

    async def _find(self, id: str) -> str | None:
        return next((str(entry["Id"]) for entry in await self._listed(f"{names.DATABASE}={id}")), None)

    async def _listed(self, label: str) -> Sequence[Mapping[str, Any]]:
        return await labelled.find(self._connection, self._instance, label)


def read(inspected: Mapping[str, Any]) -> Seen:
    """The answer of `GET /containers/{id}/json`."""
    state, limits = reading.read_state(inspected), inspected["HostConfig"]
    running = state.status in reading.LIVE
    networks = (inspected.get("NetworkSettings") or {}).get("Networks") or {}
    hosts = [str(each["IPAddress"]) for each in networks.values() if each.get("IPAddress")]
    return Seen(
        id=str(inspected["Config"]["Labels"][names.DATABASE]),
        running=running,
        started=state.started_at is not None,
        host=hosts[0] if running and hosts else "",
        code=None if running or not state.tried else state.code,
        oom_killed=state.oom_killed,
        image=str(inspected["Config"]["Image"]),
        cpu=float(limits.get("CpuQuota") or 0) / creation.PERIOD,
        memory=int(limits.get("Memory") or 0),
    )


def pack(password: str) -> bytes:
    """An archive of the file with the password. Whoever the server steps down to reads it; nobody else is in there."""
    archive, content = io.BytesIO(), password.encode()
    with tarfile.open(fileobj=archive, mode="w") as opened:
        folder = tarfile.TarInfo(creation.CREDENTIAL.strip("/").partition("/")[0])
        folder.type, folder.mode = tarfile.DIRTYPE, 0o755
        opened.addfile(folder)
        file = tarfile.TarInfo(creation.CREDENTIAL.lstrip("/"))
        file.mode, file.size = 0o444, len(content)
        opened.addfile(file, io.BytesIO(content))
    return archive.getvalue()


def refuse(refusal: Refused, spec: ServerSpec) -> WorkFailed:
    """Why a database could not be started. The caller raises it from the refusal."""
    why = refusals.last_part(refusal.message)
    hint = "docker system df" if "no space left" in refusal.message else f"docker pull {spec.image}"
    return WorkFailed(f"the database {spec.key} can't start: Docker refuses it", why=why, hint=hint)
