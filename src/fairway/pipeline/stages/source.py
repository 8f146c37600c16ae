"""Source: the commit's files are laid out, and what fairway.toml says of them is known.

The text is the commit's own fairway.toml; else the one that was sent along with this execution; else the last one that
was ever sent along for the app; else nothing but the app's name, so that everything is detected or default.
"""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from fairway.domain import pipeline
from fairway.domain.app import Build, Defaults, Environment
from fairway.domain.execution import Execution, Kind
from fairway.errors import UsageError
from fairway.pipeline.checkouts import Checkouts
from fairway.pipeline.stages import described, fulfil
from fairway.pipeline.stages.described import Load
from fairway.pipeline.stages.fulfil import Fulfilment
from fairway.pipeline.work import Done, Failed, Work
from fairway.ports.source import Repositories
from fairway.ports.stores import Apps

MANIFEST = "fairway.toml"
SENT = "fairway.toml (sent along, not committed)"
LONGEST = 1024 * 1024
"""Bytes of a fairway.toml."""

Detect = Callable[[Path, Build], Awaitable[Defaults]]
"""What a checkout shows of the keys that fairway.toml leaves out. It reads files, so it does that on a thread."""

Require = Callable[[Environment], Awaitable[None]]
"""Raises UsageError for an environment that this host could not hold if it were empty."""


async def require_nothing(environment: Environment) -> None:
    """Any host is large enough."""


class SourceStage:
    """Lays the commit out and reads it."""

    def __init__(
        self,
        repositories: Repositories,
        apps: Apps,
        load: Load,
        detect: Detect,
        checkouts: Checkouts,
        require_host: Require = require_nothing,
        fulfilment: Fulfilment | None = None,
    ) -> None:
        self._repositories = repositories
        self._apps = apps
        self._load = load
        self._detect = detect
        self._checkouts = checkouts
        self._require_host = require_host
        self._fulfilment = fulfilment

    async def run(self, work: Work) -> Done | Failed:
        """It fails for an environment that lacks a variable which the code can't start without. Raises UsageError for a
        broken fairway.toml, and for services that this host could never hold, before anything is built; WorkFailed for
        a commit that can't be laid out."""
        execution = work.execution
        revision = execution.revision
        work.log(f"{revision.commit[:7]} {revision.subject}".rstrip())
        text, file = await self._find_text(execution)
        # First without the checkout, so that a broken file is told before anything is laid out.
        app = self._load(text, file=file)
        misnamed = ""
        if app.name != execution.app:
            misnamed = f"deployed as {execution.app}, {file} names {app.name}"
            work.log(f"{file} names the app {app.name}; it was pushed to {execution.app}, and is deployed as that")
        if execution.kind is not Kind.PULL_REQUEST:
            for environment in app.environments:
                if environment.name in app.stages:
                    await self._require_host(environment)

        async def lay_out() -> Mapping[str, Any]:
            async with self._checkouts.hold(execution.app, revision.commit) as checkout:
                handed = described.hand_on(text, file, await self._detect(checkout, app.build))
                if self._fulfilment is None:
                    return handed
                contract = await self._fulfilment.read(checkout, described.take(handed, execution.app, self._load))
                return {**handed, **fulfil.hand_on(contract)}

        outputs = await work.step("lay out", lay_out)
        app = described.take(outputs, execution.app, self._load)
        summary = "; ".join(part for part in (file if file == SENT else "", misnamed) if part)
        contract = fulfil.take(outputs)
        # A pull request is never deployed, so no environment has to have what it needs.
        if self._fulfilment is not None and contract is not None and execution.kind is not Kind.PULL_REQUEST:
            compared = await fulfil.compare(app, contract, self._fulfilment.examine, work.log)
            if compared.lacks:
                return replace(fulfil.fail(compared, execution.number), outputs=fulfil.hand_on(contract))
            summary = "; ".join(part for part in (summary, compared.looks) if part)
        # The file of a pull request is anybody's: it says how it is built, and never where it goes.
        own = pipeline.define_pull_request() if execution.kind is Kind.PULL_REQUEST else pipeline.define(app)
        return Done(summary=summary, outputs=outputs, stages=own.stages)

    async def abandon(self, execution: Execution, stage: str) -> None:
        """The next checkout clears up."""

    async def _find_text(self, execution: Execution) -> tuple[str, str]:
        content = await self._repositories.read(execution.app, execution.revision.commit, MANIFEST)
        if content is not None:
            return decode(content), MANIFEST
        sent = execution.override or (await self._apps.get(execution.app)).manifest
        if sent is not None:
            return sent, SENT
        return f'app = "{execution.app}"\n', MANIFEST


def decode(content: bytes) -> str:
    """The text of a fairway.toml. Raises UsageError for what is none."""
    if len(content) > LONGEST:
        raise UsageError(f"{MANIFEST} is too long", why=f"it has {len(content)} bytes, 1 MB is the most")
    try:
        return content.decode("utf-8")
    except UnicodeDecodeError as error:
        line = content[: error.start].count(b"\n") + 1
        raise UsageError(f"{MANIFEST} is no UTF-8 text", why=f"line {line} has other bytes") from error
