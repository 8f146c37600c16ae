"""The way to AWS: credentials, one client for each service, retries, and a count of what was called.

boto3 is imported with the first call, which costs a third of a second, and every call runs in a thread, for it blocks.
Calls are repeated by the SDK in its adaptive mode: at most ATTEMPTS times in all, ever more slowly while AWS throttles.
What AWS refuses comes out as Fairway's errors (`refusals`).
"""

import functools
import logging
import threading
from collections import Counter
from collections.abc import AsyncIterator, Callable, Collection, Mapping
from importlib import metadata
from typing import Any

from fairway.adapters.aws import refusals, regions
from fairway.adapters.aws.threads import apart

LOG = logging.getLogger(__name__)

ATTEMPTS = 6
"""How often one call is made at most, the first time included."""
CONNECT, READ = 5, 30
"""Seconds for a connection to come about, and for an answer's next bytes."""
PREFIXES = {"monitoring": "cloudwatch"}
"""Where IAM names a service otherwise than its signature does."""
ACTIONS = {
    "s3:ListObjectsV2": "s3:ListBucket",
    "s3:CreateMultipartUpload": "s3:PutObject",
    "s3:UploadPart": "s3:PutObject",
    "s3:CompleteMultipartUpload": "s3:PutObject",
}
"""Where IAM names an operation otherwise than the reference does."""


class Session:
    """One set of credentials in one region.

    `profile` is one of ~/.aws/config, None: as the SDK finds credentials (environment, default profile, CodeBuild's
    role...). `endpoint` stands in for AWS's own addresses; None: AWS_ENDPOINT_URL and its like, then AWS.
    `calls` counts what was called, by IAM's names (`cloudformation:DescribeStacks`); repetitions of one call are not
    among them, but in `retries`. `watch` is told of each call with its parameters, secrets and all: for tests of roles.
    """

    def __init__(
        self,
        region: str,
        *,
        profile: str | None = None,
        endpoint: str | None = None,
        attempts: int = ATTEMPTS,
        watch: Callable[[str, Mapping[str, Any]], None] | None = None,
    ) -> None:
        self.region = region
        self.profile = profile
        self.calls: Counter[str] = Counter()
        self.retries: Counter[str] = Counter()
        self.endpoint = endpoint
        self._attempts = attempts
        self._watch = watch
        self._lock = threading.Lock()
        self._boto: Any = None
        self._clients: dict[str, Any] = {}

    async def call(
        self, service: str, operation: str, /, *, known: Collection[str] = (), **parameters: Any
    ) -> dict[str, Any]:
        """AWS's answer to one call: `call("ecs", "DescribeClusters", clusters=[...])`, names as in AWS's reference.

        `known` are the error codes that the caller has an answer to: these are raised as `refusals.Refused`. Raises
        Unavailable, UsageError or Conflict for all others.
        """
        return await apart(self._call, service, operation, known, parameters)

    def call_here(
        self, service: str, operation: str, /, *, known: Collection[str] = (), **parameters: Any
    ) -> dict[str, Any]:
        """The same in the caller's own thread, which it blocks: for work of many calls that has one."""
        return self._call(service, operation, known, parameters)

    async def pages(
        self, service: str, operation: str, /, *, known: Collection[str] = (), **parameters: Any
    ) -> AsyncIterator[dict[str, Any]]:
        """The pages of an answer one after the other, each asked for when it is wanted. Raises as `call` does."""
        pages = await apart(self._paginate, service, operation, known, parameters)
        while (page := await apart(self._next, pages, service, operation, known)) is not None:
            yield page

    async def items(
        self, service: str, operation: str, key: str, /, *, known: Collection[str] = (), **parameters: Any
    ) -> list[Any]:
        """What stands under `key` on all pages of an answer. Raises as `call` does."""
        pages = self.pages(service, operation, known=known, **parameters)
        return [item async for page in pages for item in page.get(key, ())]

    def client(self, service: str) -> Any:
        """boto3's client, made once; it blocks. Raises boto3's own errors: what tests stub, and presigning needs."""
        with self._lock:
            if service not in self._clients:
                self._clients[service] = self._make(service)
            return self._clients[service]

    async def close(self) -> None:
        """Give the connections back; the session can be used again."""
        with self._lock:
            clients, self._clients = self._clients, {}
        for client in clients.values():
            await apart(client.close)

    def _call(
        self, service: str, operation: str, known: Collection[str], parameters: Mapping[str, Any]
    ) -> dict[str, Any]:
        from botocore import xform_name

        with refusals.translated(self, service, operation, known):
            answer: dict[str, Any] = getattr(self.client(service), xform_name(operation))(**parameters)
        return answer

    def _paginate(self, service: str, operation: str, known: Collection[str], parameters: Mapping[str, Any]) -> Any:
        from botocore import xform_name

        with refusals.translated(self, service, operation, known):
            return iter(self.client(service).get_paginator(xform_name(operation)).paginate(**parameters))

    def _next(self, pages: Any, service: str, operation: str, known: Collection[str]) -> dict[str, Any] | None:
        with refusals.translated(self, service, operation, known):
            page: dict[str, Any] | None = next(pages, None)
        return page

    def _make(self, service: str) -> Any:
        import boto3
        from botocore.config import Config
        from botocore.session import Session

        if self._boto is None:
            quieten()
            core = Session(profile=self.profile)
            core.register_component("data_loader", _descriptions(core.get_config_variable("data_path")))
            self._boto = boto3.Session(botocore_session=core, region_name=self.region)
        # A host that does not exist would be looked for half a minute long: of an unknown region it is asked for once.
        known = self.endpoint is not None or regions.offered(self._boto, service, self.region)
        config = Config(
            retries={"mode": "adaptive", "total_max_attempts": self._attempts if known else 1},
            connect_timeout=CONNECT,
            read_timeout=READ,
            user_agent_extra=f"fairway/{metadata.version('fairway')}",
        )
        client = self._boto.client(service, endpoint_url=self.endpoint, config=config)
        client.meta.events.register("provide-client-params", self._count)
        client.meta.events.register("after-call", self._count_retries)
        return client

    def _count(self, *, params: Mapping[str, Any], model: Any, **_: Any) -> None:
        action = action_of(model)
        self.calls[action] += 1
        if self._watch is not None:
            self._watch(action, params)

    def _count_retries(self, *, parsed: Mapping[str, Any], model: Any, **_: Any) -> None:
        if retried := parsed.get("ResponseMetadata", {}).get("RetryAttempts", 0):
            self.retries[action_of(model)] += retried
            LOG.warning("AWS was asked again", extra={"operation": action_of(model), "retries": retried})


@functools.cache
def _descriptions(path: str | None) -> Any:
    """What AWS's services and regions are, read from botocore's files once for all sessions of a process: a tenth of a
    second for each service. `path` is where the user's configuration has more of them."""
    from botocore.loaders import create_loader

    return create_loader(path)


def action_of(model: Any) -> str:
    """What IAM calls an operation of botocore's model: `elasticloadbalancing:DescribeTargetHealth`."""
    service = model.service_model.signing_name
    action = f"{PREFIXES.get(service, service)}:{model.name}"
    return ACTIONS.get(action, action)


def quieten() -> None:
    """Keep boto3's own debugging off, whatever the root logger's level is: it writes whole requests, with secrets."""
    for name in ("boto3", "botocore", "urllib3"):
        logger = logging.getLogger(name)
        if logger.getEffectiveLevel() < logging.INFO:
            logger.setLevel(logging.INFO)
