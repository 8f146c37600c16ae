"""Releases that are tried on a copy of a database: containers on the copy's network, asked from this host.

Docker gives this host an address on an ordinary network, an internal one too, and a container reaches all of the host
by it: its published ports, and so perhaps the very database that it must not reach. A copy's network has no such
address; to be asked, a container is on a second one, which its packets take to that one address of the host alone. The
first stays the one that its default route goes into, and so nowhere.
"""

import asyncio
import contextlib
from collections import deque
from collections.abc import AsyncIterator, Awaitable, Collection, Mapping, Sequence
from typing import Any

from fairway.adapters.docker import asking, creation, execution, labelled, names, probe, reading, refusals, sockets
from fairway.adapters.docker.asking import NoAnswer
from fairway.adapters.docker.connection import Refused
from fairway.adapters.docker.engine import DockerEngine
from fairway.adapters.docker.printed import Printed
from fairway.domain.health import AliveCheck, CommandCheck, HttpCheck, ProbeResult
from fairway.domain.migrations import Smoke
from fairway.errors import Unavailable, WorkFailed
from fairway.ports.trials import Trial, TrialSpec

PATIENCE = 15.0
"""Seconds that an answer to a smoke request may take."""
TABLES = ("/proc/net/tcp", "/proc/net/tcp6")


class DockerTrials:
    """`ports.trials.Trials` on the engine's daemon, under its instance."""

    def __init__(self, engine: DockerEngine) -> None:
        self._engine = engine
        self._connection = engine.containers.connection
        self._instance = engine.containers.instance
        self._open: set[str] = set()

    @contextlib.asynccontextmanager
    async def start(self, key: str, spec: TrialSpec, variables: Mapping[str, str]) -> AsyncIterator[Trial]:
        """Start it. Raises WorkFailed or Unavailable."""
        self._open.add(key)
        try:
            async with self._started(key, spec, variables) as trial:
                yield trial
        finally:
            self._open.discard(key)

    async def sweep(self) -> None:
        """Remove all that this process has not begun. Raises Unavailable."""
        await self._remove(names.TRIAL, but=self._open)

    @contextlib.asynccontextmanager
    async def _started(self, key: str, spec: TrialSpec, variables: Mapping[str, str]) -> AsyncIterator[Trial]:
        await self._remove(f"{names.TRIAL}={key}")
        image = await self._engine.images.ensure(spec.image)
        body = creation.trial(self._instance, key, spec, variables, image=image, init=True)
        try:
            params = {"name": names.trial_name(key, spec)}
            made = await self._connection.call("POST", "/containers/create", params=params, body=body)
            container = str(made["Id"])
            if spec.outside:
                joined = {"Container": container}
                await self._connection.call("POST", f"/networks/{spec.outside}/connect", body=joined)
            await self._connection.call("POST", f"/containers/{container}/start")
            yield DockerTrial(self._engine, container, spec)
        except Refused as refusal:
            what = f"{spec.service} can't be started on the copy"
            raise WorkFailed(what, why=refusals.last_part(refusal.message)) from refusal
        finally:
            await self._remove(f"{names.TRIAL}={key}")

    async def _remove(self, label: str, *, but: Collection[str] = ()) -> None:
        for entry in await labelled.find(self._connection, self._instance, label):
            if entry["Labels"][names.TRIAL] not in but:
                await labelled.delete(self._connection, f"/containers/{entry['Id']}")


class DockerTrial:
    """`ports.trials.Trial`: one container."""

    def __init__(self, engine: DockerEngine, container: str, spec: TrialSpec) -> None:
        self._connection = engine.containers.connection
        self._container = container
        self._spec = spec

    async def probe(self) -> ProbeResult:
        """One check, at the latest after its time-out. Raises Unavailable when Docker does not answer."""
        check = self._spec.health
        if isinstance(check, AliveCheck):
            running = await self.ended() is None
            return ProbeResult(ok=running, detail="it runs" if running else "it has ended")
        if isinstance(check, CommandCheck):
            return await bounded(self._command(check), check.timing.timeout, f'"{" ".join(check.command)}" did not end')
        if isinstance(check, HttpCheck):
            asked = self._get(check)
            return await bounded(asked, check.timing.timeout, f"no answer to GET {check.path}")
        return await bounded(self._knock(), check.timing.timeout, f"no connection to port {self._spec.port}")

    async def ask(self, smoke: Smoke) -> ProbeResult:
        """One request."""
        what = f"{smoke.method} {smoke.path}"
        return await bounded(self._request(smoke, what), PATIENCE, f"no answer to {what}")

    async def ended(self) -> int | None:
        """Its exit code. Raises Unavailable."""
        state = reading.read_state(await self._inspect())
        return None if state.status in reading.LIVE else state.code

    async def printed(self, most: int) -> Sequence[str]:
        """Its last lines."""
        last: deque[str] = deque(maxlen=most)
        await Printed(self._connection, self._container, last.append).read(follow=False)
        return tuple(last)

    async def _get(self, check: HttpCheck) -> ProbeResult:
        address, port = await self._place()
        answer = await asking.get(address, port, check.path)
        ok = 200 <= answer.status < check.accept_below
        return ProbeResult(ok=ok, status=answer.status, detail=f"GET {check.path} answered {probe.describe(answer)}")

    async def _knock(self) -> ProbeResult:
        address, port = await self._place()
        async with asking.knock(address, port):
            return ProbeResult(ok=True, detail=f"port {port} takes connections")

    async def _request(self, smoke: Smoke, what: str) -> ProbeResult:
        address, port = await self._place()
        body = None if smoke.body is None else smoke.body.encode()
        answer = await asking.request(address, port, smoke.method, smoke.path, smoke.headers, body)
        ok = answer.status < 400 if smoke.expect is None else answer.status == smoke.expect
        detail = f"{what} answered {probe.describe(answer)}"
        if not ok and smoke.expect is not None:
            detail += f", expected {smoke.expect}"
        return ProbeResult(ok=ok, status=answer.status, detail=detail)

    async def _command(self, check: CommandCheck) -> ProbeResult:
        words = " ".join(check.command)
        ended = await execution.run(self._connection, self._container, check.command)
        return ProbeResult(ok=ended.code == 0, detail=f'"{words}" ended with {ended.code}')

    async def _place(self) -> tuple[str, int]:
        """Its address and port: where the port is only a guess, the one that the process listens on. Raises NoAnswer
        while it has no address."""
        networks = (await self._inspect())["NetworkSettings"]["Networks"].items()
        wanted = self._spec.outside or self._spec.network
        found = [each["IPAddress"] for name, each in networks if wanted in (name, each["NetworkID"])]
        address = next((each for each in found if each), "")
        if not address:
            raise NoAnswer("does not run")
        return address, self._spec.port if self._spec.port_declared else await self._listened_on()

    async def _listened_on(self) -> int:
        found: set[int] = set()
        for table in TABLES:
            ended = await execution.run(self._connection, self._container, ["cat", table], keep=1024 * 1024)
            if ended.code == 0:
                found |= {each.port for each in sockets.parse(ended.output.decode(errors="replace")) if each.reachable}
        return self._spec.port if self._spec.port in found or len(found) != 1 else found.pop()

    async def _inspect(self) -> Mapping[str, Any]:
        try:
            found: Mapping[str, Any] = await self._connection.call("GET", f"/containers/{self._container}/json")
        except Refused as refusal:
            raise Unavailable("a release that was tried is gone", why=refusal.message) from refusal
        return found


async def bounded(asked: Awaitable[ProbeResult], seconds: float, otherwise: str) -> ProbeResult:
    """The result, or what was seen in its place."""
    try:
        async with asyncio.timeout(seconds):
            return await asked
    except TimeoutError:
        return ProbeResult(ok=False, detail=f"{otherwise} within {seconds:g} s")
    except NoAnswer as error:
        return ProbeResult(ok=False, detail=f"the process {error}")
    except ConnectionRefusedError:
        return ProbeResult(ok=False, detail="connection refused")
    except (OSError, Refused) as error:
        return ProbeResult(ok=False, detail=f"no connection: {error}")
