"""The registry's HTTP API (OCI distribution): tags, digests, deletion, with Basic or token authentication."""

import hashlib
import re
from collections.abc import Mapping, Sequence
from types import TracebackType
from typing import Self

import httpx

from fairway.domain import registries
from fairway.errors import Unavailable, WorkFailed
from fairway.ports.registry import Credentials, Login

MANIFESTS = ", ".join(
    (
        "application/vnd.docker.distribution.manifest.v2+json",
        "application/vnd.docker.distribution.manifest.list.v2+json",
        "application/vnd.oci.image.manifest.v1+json",
        "application/vnd.oci.image.index.v1+json",
    )
)
HUB_API = "registry-1.docker.io"
PATIENCE = 30.0
CLIENT = "fairway"
PARAMETER = re.compile(r'(\w+)="([^"]*)"')


class Protocol:
    """One registry, as an asynchronous context. `host` is `localhost:7879` or `registry.example.com`.

    `login` is asked at each request that needs credentials: some, such as ECR's, are good for hours only.
    """

    def __init__(self, host: str, login: Login) -> None:
        self.host = host
        self._login = login
        self._tokens: dict[str, str] = {}

    async def __aenter__(self) -> Self:
        loopback = self.host.partition(":")[0] in ("localhost", "127.0.0.1")
        self._client = httpx.AsyncClient(
            base_url=f"{'http' if loopback else 'https'}://{HUB_API if self.host == registries.HUB else self.host}/v2",
            timeout=PATIENCE,
            trust_env=not loopback,
            verify=not loopback,  # Loopback speaks no TLS, and loading the authorities costs 20 ms.
        )
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._client.aclose()

    async def tags(self, repository: str) -> Sequence[str]:
        """The repository's tags; none when there is no such repository."""
        return await self._list(f"/{repository}/tags/list?n=1000", "tags", repository)

    async def repositories(self) -> Sequence[str]:
        """The names of all repositories. Registries other than Distribution seldom tell."""
        return await self._list("/_catalog?n=1000", "repositories", "")

    async def digest(self, repository: str, reference: str) -> str | None:
        """The digest of a tag's manifest, None when there is no such tag.

        The header is a SHOULD of the specification, and not every registry sends it: then the manifest is fetched, and
        its digest is that of its bytes.
        """
        path = f"/{repository}/manifests/{reference}"
        response = await self._request("HEAD", path, repository)
        if response.status_code == 404:
            return None
        if named := self._checked(response).headers.get("Docker-Content-Digest"):
            return str(named)
        manifest = self._checked(await self._request("GET", path, repository))
        return f"sha256:{hashlib.sha256(manifest.content).hexdigest()}"

    async def tag(self, repository: str, digest: str, tag: str) -> None:
        """Give a manifest that is there one more tag."""
        manifest = self._checked(await self._request("GET", f"/{repository}/manifests/{digest}", repository))
        headers = {"Content-Type": manifest.headers["Content-Type"]}
        path = f"/{repository}/manifests/{tag}"
        self._checked(await self._request("PUT", path, repository, headers=headers, content=manifest.content))

    async def delete(self, repository: str, digest: str) -> None:
        """Delete a manifest with its tags. One that is not there is no error."""
        response = await self._request("DELETE", f"/{repository}/manifests/{digest}", repository)
        if response.status_code != 404:
            self._checked(response)

    async def _list(self, path: str | None, field: str, repository: str) -> Sequence[str]:
        """The items of every page of a list."""
        found: list[str] = []
        while path:
            response = await self._request("GET", path, repository)
            if response.status_code == 404:
                break
            found += self._checked(response).json().get(field) or []
            following = response.links.get("next", {}).get("url")
            path = following.partition("/v2")[2] if following else None
        return found

    async def _request(
        self,
        method: str,
        path: str,
        repository: str,
        *,
        headers: Mapping[str, str] | None = None,
        content: bytes | None = None,
    ) -> httpx.Response:
        try:
            response = await self._send(method, path, repository, headers, content)
            if response.status_code == 401 and await self._fetch_token(response, repository):
                response = await self._send(method, path, repository, headers, content)
        except httpx.TransportError as error:
            raise Unavailable(
                f"the registry {self.host} does not answer",
                why=str(error) or type(error).__name__,
                hint="fairway server status; or check the network and FAIRWAY_REGISTRY",
            ) from error
        return response

    async def _send(
        self, method: str, path: str, repository: str, headers: Mapping[str, str] | None, content: bytes | None
    ) -> httpx.Response:
        sent = {"Accept": MANIFESTS, **(headers or {})}
        auth: httpx.Auth | None = None
        if token := self._tokens.get(repository):
            sent["Authorization"] = f"Bearer {token}"
        else:
            auth = basic(await self._login(self.host))
        return await self._client.request(method, path, headers=sent, content=content, auth=auth)

    async def _fetch_token(self, refused: httpx.Response, repository: str) -> bool:
        """Get a token where the registry's challenge says; False when it asks for none (Basic was refused)."""
        scheme, _, parameters = refused.headers.get("WWW-Authenticate", "").partition(" ")
        challenge = dict(PARAMETER.findall(parameters))
        if scheme.lower() != "bearer" or "realm" not in challenge:
            return False
        asked = {"service": challenge.get("service", ""), "scope": f"repository:{repository}:pull,push,delete"}
        response = await self._ask_for_token(challenge["realm"], asked, await self._login(self.host))
        self._tokens[repository] = read_token(response)
        return bool(self._tokens[repository])

    async def _ask_for_token(
        self, realm: str, asked: Mapping[str, str], credentials: Credentials | None
    ) -> httpx.Response:
        if credentials and credentials.identity_token:
            given = {"grant_type": "refresh_token", "client_id": CLIENT, "refresh_token": credentials.identity_token}
            return await self._client.post(realm, data={**asked, **given})
        return await self._client.get(realm, params=asked, auth=basic(credentials))

    def _checked(self, response: httpx.Response) -> httpx.Response:
        if response.status_code < 400:
            return response
        if response.status_code in (401, 403):
            raise WorkFailed(
                f"the registry {self.host} refused the credentials",
                why=f"it answered {response.status_code}",
                hint=f"docker login {self.host}",
            )
        raise WorkFailed(f"the registry {self.host} failed", why=f"{response.status_code}: {response.text[:500]}")


def basic(credentials: Credentials | None) -> httpx.Auth | None:
    """User and password as HTTP has them, None when there are none: an identity token is no password."""
    if credentials is None or credentials.identity_token:
        return None
    return httpx.BasicAuth(credentials.user, credentials.password)


def read_token(response: httpx.Response) -> str:
    """The token in the answer of a registry's token server, "" when it gave none."""
    try:
        document = response.json()
    except ValueError:
        return ""
    token = (document.get("token") or document.get("access_token")) if isinstance(document, dict) else None
    return token if isinstance(token, str) else ""
