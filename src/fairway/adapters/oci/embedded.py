"""The embedded registry as a program beside the server: whether it is needed, and having it run."""

from dataclasses import dataclass
from pathlib import Path

import httpx

from fairway.adapters.oci import config
from fairway.adapters.process.component import Component
from fairway.adapters.process.supervisor import Supervisor
from fairway.ports.registry import Credentials


@dataclass(frozen=True, slots=True, kw_only=True)
class Embedded:
    """A running one: its process, its directory, the host by which images name it, what it takes to push to it."""

    process: Supervisor
    directory: Path
    host: str
    credentials: Credentials


def needed(home: Path, other: str) -> bool:
    """Whether the home's own registry has to run. Where images are pushed to another one ("" is none), it is only for
    the images that it has, which an older release may need."""
    return not other or config.holds_images(home / "registry")


async def start(home: Path, port: int) -> Embedded:
    """Have it running, with its files below the home. Raises Unavailable that says why it does not."""
    directory = home / "registry"
    command, credentials = config.configure(directory, port)
    url = f"http://127.0.0.1:{port}/v2/"
    supervisor = Supervisor(
        Component(
            name="registry",
            command=command,
            pid_file=home / "run" / "registry.pid",
            log=home / "logs" / "registry.log",
            ready=lambda: answers(url),
            listens=(("127.0.0.1", port),),
            port_hint="FAIRWAY_REGISTRY_PORT chooses another port",
        )
    )
    await supervisor.ensure()
    return Embedded(process=supervisor, directory=directory, host=f"localhost:{port}", credentials=credentials)


async def answers(url: str) -> bool:
    """Whether anything speaks HTTP there, whatever it says."""
    async with httpx.AsyncClient(timeout=2, trust_env=False) as client:
        try:
            await client.get(url)
        except httpx.HTTPError:
            return False
    return True
