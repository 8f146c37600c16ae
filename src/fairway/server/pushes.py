"""`POST /internal/pushes`: what the git hook announces, and what the pusher gets to read.

Only the hook of this server's own repositories may call it: it finds address, port and a secret of this process in a
file that only the server's user can read. What the pusher sees is text, each line as it comes true; the last line is
the verdict. When the pusher goes away only the telling stops.
"""

import hmac
from collections.abc import Mapping, Sequence
from pathlib import Path

from fastapi import APIRouter, Request
from starlette.responses import PlainTextResponse, Response

from fairway.domain.deployment import RolloutState
from fairway.domain.execution import Execution
from fairway.domain.ids import AppName
from fairway.errors import FairwayError, NotFound, Unauthorized, UsageError
from fairway.intake.push import Kept, Outcome, Push, Started, Update
from fairway.server import elsewhere, files, stagelogs, stream, waits, watch
from fairway.server.signs import Signs
from fairway.server.stream import Emit
from fairway.services import Services
from fairway.settings import Settings
from fairway.wire import executions as shapes
from fairway.wire import progress, words

FILE = "pushes"
RECENT = 20
"""Deployments that are looked through for one that has got to its end."""
ANYWHERE = {"0.0.0.0": "127.0.0.1", "::": "::1"}  # noqa: S104 - compared with, not bound to

router = APIRouter(include_in_schema=False)


def open_door(settings: Settings, secret: str) -> Path:
    """Tell the hooks where this process listens; the file is readable for its owner alone."""
    file = settings.run / FILE
    files.write_secret(file, f"{ANYWHERE.get(settings.address, settings.address)} {settings.port} {secret}\n")
    return file


@router.post("/internal/pushes")
async def announce(request: Request) -> Response:
    """Take the announcement, then tell what becomes of it."""
    _check(request)
    services: Services = request.app.state.services
    push = read(await request.body())
    # Before the first byte is sent, and not cut short when the pusher goes away: the decision is never half made.
    try:
        await elsewhere.require_here(services.sharing, push.app)
        outcomes = await services.intake.push(push)
    except FairwayError as error:
        return PlainTextResponse(_problem(error))
    form = stream.Form("text/plain; charset=utf-8", _line, b"\0", _problem)
    teller = _Teller(services, push, outcomes)
    return stream.Stream(teller.tell, stopping=request.app.state.stopping, form=form)


def read(body: bytes) -> Push:
    """The hook's lines. Raises UsageError when they are not what the hook writes."""
    fields: dict[str, list[str]] = {"option": [], "update": []}
    for line in body.decode("utf-8", "surrogateescape").split("\n"):
        word, _, value = line.partition(" ")
        if word:
            fields.setdefault(word, []).append(value)
    try:
        (app,), (by,), (id,) = fields["app"], fields["by"], fields["id"]
        updates = tuple(Update.of(value) for value in fields["update"])
    except (KeyError, ValueError) as error:
        raise UsageError("this is not what Fairway's hook sends") from error
    return Push(app=AppName(app), id=id, by=by, updates=updates, options=tuple(fields["option"]))


def _check(request: Request) -> None:
    presented = request.headers.get("authorization", "").removeprefix("Bearer ")
    if not hmac.compare_digest(presented.encode(), request.app.state.secret.encode()):
        raise Unauthorized("only the server's own git hook may announce a push")


class _Teller:
    """Tells one pusher what becomes of one push."""

    def __init__(self, services: Services, push: Push, outcomes: Sequence[Outcome]) -> None:
        self._services = services
        self._push = push
        self._outcomes = outcomes

    async def tell(self, emit: Emit) -> None:
        """Each ref in turn; the executions run at the same time all the same."""
        for outcome in self._outcomes:
            match outcome:
                case Kept(update=update, reason=reason, command=command):
                    await emit(f"{_name(update)} kept; {reason}")
                    if command:
                        await emit(f"  to deploy it all the same: {command}")
                case Started(update=update, execution=execution, forced=forced):
                    await emit(progress.head(shapes.describe(execution)) + await self._since(execution))
                    if forced:
                        await emit(f"  forced push: {update.ref.removeprefix('refs/heads/')} lost commits that it had")
                    await self._follow(execution, emit)

    async def _follow(self, execution: Execution, emit: Emit) -> None:
        before = None
        folder = self._services.settings.executions / execution.app / str(execution.number)
        signs = Signs(stagelogs.Tails(folder))
        usual: Mapping[str, float] | None = None

        async def show(now: Execution) -> bool:
            nonlocal before, usual
            found = await waits.find(self._services, now)
            after = shapes.describe(now, found, usual or {})
            # Looked up only where it is said: a push to live has no time for it in its first stages.
            if usual is None and progress.compares(after, now=self._services.clock.now()):
                usual = await waits.usual(self._services, execution)
                after = shapes.describe(now, found, usual)
            for line in progress.news(before, after):
                await emit(line)
            before = after
            if found is None:
                for line in await signs.news(after, self._services.clock.now()):
                    await emit(line)
            # The push ends when there is nothing more to say: an approval may take a week.
            return found is not None and found.person

        executions, notices = self._services.executions, self._services.notices
        ended = await watch.execution(executions, notices, execution.app, execution.number, show, every=True)
        for line in progress.verdict(await waits.describe_end(self._services, ended)):
            await emit(line)

    async def _since(self, execution: Execution) -> str:
        """`  (3 commits since release 17)`, "" when no release has got to its end or it is no ancestor. One that failed
        serves nowhere, so that nothing is counted from it."""
        app, recent = execution.app, await self._services.deployments.list(execution.app, limit=RECENT)
        number = next((each.release for each in recent if each.state is RolloutState.COMPLETED), None)
        if number is None:
            return ""
        try:
            release = await self._services.releases.get(app, number)
        except NotFound:  # an old one, of an environment that was taken down
            return ""
        count = await self._services.repositories.count(app, release.commit, execution.revision.commit)
        return "" if not count else f"  ({words.count(count, 'commit')} since release {release.number})"


def _name(update: Update) -> str:
    short = update.ref.removeprefix("refs/heads/").removeprefix("refs/")
    return short if update.new is None else f"{short} {update.new[:7]}"


def _line(text: str) -> bytes:
    # Subjects and logs are somebody else's words, and end on the pusher's terminal.
    return words.clean(text).encode("utf-8", "replace") + b"\n"


def _problem(error: FairwayError) -> bytes:
    sentence = f"{error.what[:1].upper()}{error.what[1:]}; the push is kept, and what it may have started goes on."
    return _line(sentence) + (_line(f"  {error.hint}    fairway status") if error.hint else b"")
