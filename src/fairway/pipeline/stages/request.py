"""An HTTP call of the user's own, as an action of a stage: a notification, a hook of another system.

It is the server that calls, so nothing of the address but its host is shown: hooks have their secret in the path. A
server that is killed while it calls sends the call again when it is back; the header Idempotency-Key is the same then.
"""

import json
from collections.abc import Mapping
from urllib.parse import quote, urlsplit

from fairway.domain import reference
from fairway.domain.action import Request
from fairway.domain.execution import Execution
from fairway.domain.redaction import Redactor
from fairway.domain.reference import Scope
from fairway.environment.handed import Handed
from fairway.errors import WorkFailed
from fairway.pipeline.stages import scope
from fairway.pipeline.stages.failing import again, failed
from fairway.pipeline.stages.identity import job_id
from fairway.pipeline.stages.lines import Lines
from fairway.pipeline.stages.scope import LatestVariables
from fairway.pipeline.work import Done, Failed, Work
from fairway.ports.web import Answer, Call, Web
from fairway.wire import words

KEPT = 4096
"""Bytes of an answer that are read, for the log."""
SHOWN = 20
"""Lines of it that are shown."""
MASKED = 6
"""Characters from which on a variable's value is not shown where an answer repeats it."""
JSON = "application/json"


class RequestRunner:
    """Makes the calls of every environment's stage."""

    def __init__(self, web: Web, variables: LatestVariables, handed: Handed) -> None:
        self._web = web
        self._variables = variables
        self._handed = handed

    async def run(self, work: Work) -> Done | Failed:
        """Raises WorkFailed when the call can't be made or is not answered."""
        action = request_of(work)
        found = await scope.find(work, self._handed, self._variables)
        call = make_call(work, action, found)
        lines = Lines(work, f"{call.method} {place_of(call.url)}", repeats=False)
        try:
            answer = await self._web.call(call, timeout=action.timeout, keep=KEPT)
        except WorkFailed as error:
            return failed(
                work, f"{action.name} failed: {error.what}", (), seen=error.why, fix=error.hint or again(work)
            )
        lines.say(f"answered {answer.status}")
        for line in shown(answer, found):
            lines(line)
        if expected(action, answer):
            return Done(summary=f"{action.name} answered {answer.status}")
        return failed(work, explain(action, call, answer), lines.last, fix=advise(answer) or again(work))

    async def abandon(self, execution: Execution, stage: str) -> None:
        """A call that was cancelled has broken off by itself."""


def request_of(work: Work) -> Request:
    """The work's action, which is a call."""
    assert isinstance(work.action, Request), "the performer gives calls to this runner only"
    return work.action


def make_call(work: Work, action: Request, found: Scope) -> Call:
    """The call of the work's attempt. Raises as `write` does."""
    key = job_id(work.execution, work.stage, action.name, work.attempt)
    return write(action, found, key, hint=again(work))


def write(action: Request, found: Scope, key: str, *, hint: str) -> Call:
    """The call with its references replaced; `key` says to who is called that it is the same call. Raises WorkFailed
    with that `hint` for a reference that nothing stands for, and for a header that can't be."""
    try:
        headers = {name: reference.resolve(text, found) for name, text in action.headers.items()}
        kind = next((text for name, text in headers.items() if name.lower() == "content-type"), kind_of(action.body))
        body = None if action.body is None else reference.resolve(action.body, found, writing(kind))
        url = reference.resolve(action.url, found, write_in_url)
    except reference.Unknown as error:
        raise WorkFailed(f"{action.name} can't begin: {error}", hint=hint) from error
    bad = next((name for name, text in headers.items() if not text.isprintable() or not text.isascii()), None)
    if bad is not None:
        raise WorkFailed(f"{action.name} can't begin: its header {bad} has characters that no header can have")
    base: Mapping[str, str] = {"Idempotency-Key": key}
    if body is not None:
        base = {**base, "Content-Type": kind}
    own = {name.lower() for name in headers}
    headers = {**{name: text for name, text in base.items() if name.lower() not in own}, **headers}
    return Call(method=action.method, url=url, headers=headers, body=None if body is None else body.encode())


def explain(action: Request, call: Call, answer: Answer) -> str:
    """Why an answer that was not expected is a failure, in a sentence."""
    return f"{action.name} failed: {urlsplit(call.url).hostname} answered {answer.status}, not {wanted(action)}"


def advise(answer: Answer) -> str:
    """What to do about it; "" where only trying again is left."""
    moved = 300 <= answer.status < 400
    return "redirects are not followed: give the address that it leads to" if moved else ""


def kind_of(body: str | None) -> str:
    """The content type of a body that has none given."""
    return JSON if (body or "").lstrip()[:1] in ("{", "[") else "text/plain; charset=utf-8"


def writing(kind: str) -> reference.Write:
    """How a value stands in a body of that content type: within the quotes of JSON it must not end them."""
    if "json" not in kind:
        return lambda value, at: value
    return lambda value, at: json.dumps(value)[1:-1]


def write_in_url(value: str, at: int) -> str:
    """A value at the beginning is the address itself; anywhere else it is one part of it."""
    return value if at == 0 else quote(value, safe="")


def place_of(url: str) -> str:
    """The scheme and the host."""
    try:
        parts = urlsplit(url)
        return f"{parts.scheme}://{parts.hostname}"
    except ValueError:
        return "an address that is no URL"


def expected(action: Request, answer: Answer) -> bool:
    """Whether the status is the one that was asked for, or one of success."""
    return 200 <= answer.status < 300 if action.expect is None else answer.status == action.expect


def wanted(action: Request) -> str:
    """What was asked for, in words."""
    return "200 to 299" if action.expect is None else str(action.expect)


def shown(answer: Answer, found: Scope) -> list[str]:
    """The first lines of an answer, without the values that it was not to be told. Its end may be where the reading
    stopped, in the middle of one."""
    handed = (value for values in found.outputs.values() for value in values.values())
    redactor = Redactor(value for value in (*found.variables.values(), *handed) if len(value) >= MASKED)
    text = answer.body.decode("utf-8", "replace")
    if len(answer.body) >= KEPT:
        text = text.rstrip("\ufffd")
        text = text[: redactor.begun(text)]
    return [words.clean(line) for line in redactor(text).splitlines() if line.strip()][:SHOWN]
