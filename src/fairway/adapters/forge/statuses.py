"""Commit statuses over the forges' HTTP APIs. The token goes into a header and nowhere else."""

import asyncio

import httpx

from fairway.adapters.forge import requests
from fairway.adapters.forge.requests import Request
from fairway.domain import remotes
from fairway.domain.remotes import Forge
from fairway.domain.statuses import CommitStatus
from fairway.errors import Unavailable, UsageError
from fairway.ports.sources import Remote

PATIENCE = 10.0
"""Seconds for each part of the conversation."""
WHOLE = 20.0
"""Seconds for all of it."""
LATER = frozenset({408, 425, 429})
READ = 64 * 1024
"""Bytes of an answer that are read."""
LONGEST = 300


class HttpStatuses:
    """`ports.forge.Statuses`. A connection is made for each call: there are a few for each execution."""

    async def post(self, forge: Forge, remote: Remote, status: CommitStatus) -> None:
        """Show the status. Raises UsageError when it is refused, Unavailable when it may be taken later."""
        place = remote.address.place
        if remote.token is None:
            raise UsageError(
                f"{place} is told nothing", why="there is no token", hint="fairway source set --token-file"
            )
        asked = requests.make(forge, remote.address, remote.token, status)
        loopback = remotes.is_loopback(remote.address.host)
        try:
            async with asyncio.timeout(WHOLE):
                status_code, text = await _ask(asked, verified=not loopback)
        except TimeoutError as error:
            raise Unavailable(f"{place} can't be told", why=f"no end within {WHOLE:.0f} s") from error
        except httpx.HTTPError as error:
            raise Unavailable(f"{place} can't be told", why=type(error).__name__) from error
        if 200 <= status_code < 300 or _says_so_already(forge, status_code, text):
            return
        why = f"it answered {status_code}"
        if status_code in LATER or status_code >= 500:
            raise Unavailable(f"{place} can't be told", why=why)
        raise UsageError(
            f"{place} takes no status for {remote.address.repository}",
            why=f"{why}: {_excerpt(text, remote.token)}",
            hint="give it a token that may write commit statuses: fairway source set --token-file FILE",
        )


async def _ask(asked: Request, *, verified: bool) -> tuple[int, str]:
    """The answer's status, and the beginning of its text."""
    # No redirect is followed: the token belongs to this place.
    async with (
        httpx.AsyncClient(timeout=PATIENCE, trust_env=verified, verify=verified) as client,
        client.stream("POST", asked.url, headers=dict(asked.headers), json=dict(asked.body)) as answer,
    ):
        body = b""
        async for part in answer.aiter_bytes():
            body += part
            if len(body) >= READ:
                break
        return answer.status_code, body[:READ].decode("utf-8", "replace")


def _says_so_already(forge: Forge, status_code: int, text: str) -> bool:
    # GitLab refuses the state that it shows: "Cannot transition status via :run from :running".
    return forge is Forge.GITLAB and status_code == 400 and "cannot transition status" in text.lower()


def _excerpt(text: str, token: str) -> str:
    shown = "".join(each if each.isprintable() else " " for each in text.replace(token, "(secret)"))
    return shown.strip()[:LONGEST]
