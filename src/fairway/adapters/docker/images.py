"""Getting a task's image onto the host, and what of it decides how its container is made."""

from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Any

from fairway.adapters import engine_api
from fairway.adapters.docker import refusals
from fairway.adapters.docker.connection import Connection, Refused
from fairway.domain import registries
from fairway.domain.image import Image
from fairway.ports.registry import Login

INITS = frozenset({"init", "tini", "tini-static", "docker-init", "dumb-init", "catatonit", "s6-svscan", "systemd"})
"""Programs that are made to be process 1. s6 refuses to be anything else, the others warn in the log."""
SILENCE = 300.0
"""Seconds without a byte after which a pull has failed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LocalCopy:
    """An image that is on the host: the name to create containers by, and whether docker-init may run its process.

    It may not where the image brings its own init, and not where the image is for another kind of processor: asked for
    a program that the kernel can't run, docker-init tries a shell on it, and what is seen then is the shell's nonsense
    instead of "exec format error".
    """

    reference: str
    takes_init: bool


class Images:
    """Resolves images, pulling what is not there."""

    def __init__(self, connection: Connection, login: Login) -> None:
        self._connection = connection
        self._login = login
        self._known: dict[str, LocalCopy] = {}

    async def ensure(self, image: Image) -> LocalCopy:
        """The image, pulled if need be. Raises WorkFailed when it can't be had, Unavailable when its registry is down.

        An image that was built here and never pushed has no digest of its manifest; its id, the digest of its
        configuration, names its content just as surely, and is taken too.
        """
        if known := self._known.get(image.reference):
            return known
        copy = await self._find(image.reference) or await self._find(image.digest)
        if copy is None:
            await self._pull(image)
            copy = await self._find(image.reference)
        if copy is None:
            raise refusals.refused_pull("not found", image.reference)
        self._known[image.reference] = copy
        return copy

    def forget(self, image: Image) -> None:
        """It was said to be gone: look again the next time."""
        self._known.pop(image.reference, None)

    async def _find(self, reference: str) -> LocalCopy | None:
        try:
            inspected = await self._connection.call("GET", f"/images/{reference}/json")
        except Refused as refusal:
            # 400 is a reference without a repository, such as an image has that was never pushed.
            if refusal.status in (400, 404):
                return None
            raise
        foreign = inspected.get("Architecture", "") not in ("", self._connection.architecture)
        return LocalCopy(reference=reference, takes_init=not foreign and not brings_init(inspected.get("Config") or {}))

    async def _pull(self, image: Image) -> None:
        host = registries.host(image.repository)
        headers = engine_api.registry_auth(await self._login(host), host)
        params = {"fromImage": image.repository, "tag": image.digest}
        try:
            async for progress in self._connection.lines(
                "POST", "/images/create", params=params, headers=headers, silence=SILENCE
            ):
                if "error" in progress:
                    raise refusals.refused_pull(progress["error"], image.reference)
        except Refused as refusal:
            raise refusals.refused_pull(refusal.message, image.reference) from refusal


def brings_init(config: dict[str, Any]) -> bool:
    """Whether the image's own process 1 is an init."""
    words = config.get("Entrypoint") or config.get("Cmd") or []
    return bool(words) and PurePosixPath(words[0]).name in INITS
