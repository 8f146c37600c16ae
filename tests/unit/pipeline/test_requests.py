"""HTTP calls of one's own in a stage: what is sent, what is shown of the answer, and what fails."""

from collections.abc import Callable, Mapping
from dataclasses import replace

import pytest

from fairway.adapters.memory.web import Host, MemoryWeb
from fairway.domain.action import Request
from fairway.domain.execution import Execution, ExecutionStatus
from fairway.domain.ids import ExecutionNumber
from fairway.environment.handed import Handed
from fairway.errors import WorkFailed
from fairway.pipeline.stages.request import KEPT, RequestRunner
from fairway.pipeline.work import Done, Failed, Work
from support.pipeline_values import APP, PUSH, REVISION

VARIABLES = {"HOOK": "https://hooks.example.com/services/s3cret-path", "TOKEN": "s3cret-token", "SHORT": "ok"}
TELL = Request(name="tell", url="#{variables.HOOK}")
HANDED = Handed(b"k" * 32)
SMOKE = HANDED.seal({"URL": 'a "b" & c'}, app=APP, stage="staging", action="smoke", number=42)


async def at_once(name: str, action: Callable[[], object]) -> object:
    raise AssertionError("a call is no durable step: see decision 12")


class Desk:
    """Runs one call of the stage production against a web in memory."""

    def __init__(self, **hosts: Host) -> None:
        self.web = MemoryWeb({f"{name}.example.com": host for name, host in hosts.items()})
        self.log: list[str] = []
        self.values: Mapping[str, str] = VARIABLES

    async def variables(self, *_: object) -> Mapping[str, str]:
        return self.values

    async def run(self, action: Request, attempt: int = 1) -> Done | Failed:
        execution = Execution(
            app=APP,
            number=ExecutionNumber(42),
            revision=replace(REVISION, subject='Say "hi"\n'),
            trigger=PUSH,
            status=ExecutionStatus.IN_PROGRESS,
            stages=(),
            created_at=1.0,
        )
        work = Work(
            execution=execution,
            stage="production",
            attempt=attempt,
            outputs={"handed/staging/smoke": SMOKE},
            log=self.log.append,
            step=at_once,  # type: ignore[arg-type]
            action=action,
        )
        return await RequestRunner(self.web, self.variables, HANDED).run(work)


async def test_a_call_is_made_and_only_its_host_is_shown() -> None:
    desk = Desk(hooks=Host(body=b"thanks\n"))

    done = await desk.run(TELL)

    assert done == Done(summary="tell answered 200")
    assert desk.web.calls[0].url == VARIABLES["HOOK"]
    assert desk.log == ["tell │ POST https://hooks.example.com", "tell │ answered 200", "tell │ thanks"]


async def test_what_stands_for_a_reference_is_written_as_its_place_needs_it() -> None:
    desk = Desk(hooks=Host())
    action = replace(
        TELL,
        url="https://hooks.example.com/x?u=#{staging.smoke.URL}",
        headers={"Authorization": "Bearer #{variables.TOKEN}"},
        body='{"text": "#{fairway.subject}", "url": "#{staging.smoke.URL}"}',
    )

    await desk.run(action)

    (call,) = desk.web.calls
    assert call.url == "https://hooks.example.com/x?u=a%20%22b%22%20%26%20c"
    assert call.body == b'{"text": "Say \\"hi\\"\\n", "url": "a \\"b\\" & c"}'
    assert call.headers["Authorization"] == "Bearer s3cret-token"
    assert call.headers["Content-Type"] == "application/json"


async def test_a_plain_body_is_sent_as_it_is_and_a_content_type_of_ones_own_holds() -> None:
    desk = Desk(hooks=Host())

    await desk.run(replace(TELL, body="by #{fairway.subject}"))
    await desk.run(replace(TELL, body="{}", headers={"content-type": "application/x"}))
    await desk.run(replace(TELL, method="GET"))

    plain, own, none = desk.web.calls
    assert (plain.body, plain.headers["Content-Type"]) == (b'by Say "hi"\n', "text/plain; charset=utf-8")
    assert own.headers["content-type"] == "application/x" and "Content-Type" not in own.headers
    assert none.body is None and "Content-Type" not in none.headers


async def test_an_attempt_that_is_sent_again_has_the_same_key_and_another_attempt_another() -> None:
    desk = Desk(hooks=Host())

    for attempt in (1, 1, 2):
        await desk.run(TELL, attempt)

    first, again, other = [call.headers["Idempotency-Key"] for call in desk.web.calls]
    assert first == again != other


async def test_an_answer_that_repeats_a_secret_is_shown_without_it() -> None:
    answer = b'unknown token "s3cret-token" ok\n\n\x1b[2Jgone\n'
    desk = Desk(hooks=Host(status=403, body=answer))

    failed = await desk.run(TELL)

    assert isinstance(failed, Failed)
    assert failed.cause.sentence == "tell failed: hooks.example.com answered 403, not 200 to 299"
    assert failed.cause.log == ('unknown token "•••" ok', "␛[2Jgone")
    assert failed.cause.fix == "fairway retry 42 runs it again"
    assert "s3cret" not in str(desk.log)


@pytest.mark.parametrize(
    ("value", "repeated"),
    [
        ('to"ken/+1', b'{"error": "to\\"ken/+1"}'),
        ("pass word&", b"?password=pass+word%26"),
        ("<secret>", b"no &lt;secret&gt; here"),
        ("k\u00f6nigreich", b"k\\u00f6nigreich k%C3%B6nigreich"),
    ],
)
async def test_a_secret_is_left_out_of_an_answer_however_that_writes_it(value: str, repeated: bytes) -> None:
    desk = Desk(hooks=Host(body=repeated))
    desk.values = {"HOOK": "https://hooks.example.com", "TOKEN": value}

    await desk.run(TELL)

    assert "•••" in desk.log[-1]
    assert not any(part in desk.log[-1] for part in ("ken/", "word%26", "secret", "nigreich"))


@pytest.mark.parametrize("seen", [3, 11])
async def test_a_secret_at_which_the_reading_stopped_is_not_shown_in_part(seen: int) -> None:
    before = b"x" * (KEPT - seen - 1) + b"\n"
    desk = Desk(hooks=Host(body=before + b"s3cret-token and more"))

    await desk.run(TELL)

    assert desk.log[-1] == "tell │ " + "x" * (KEPT - seen - 1)


@pytest.mark.parametrize(("expect", "status", "passes"), [(202, 202, True), (202, 200, False), (404, 404, True)])
async def test_the_status_that_is_expected_is_the_only_right_one(expect: int, status: int, passes: bool) -> None:
    answer = await Desk(hooks=Host(status=status)).run(replace(TELL, expect=expect))

    assert isinstance(answer, Done) is passes


async def test_a_redirect_is_told_as_one() -> None:
    failed = await Desk(hooks=Host(status=302)).run(TELL)

    assert isinstance(failed, Failed)
    assert failed.cause.fix == "redirects are not followed: give the address that it leads to"


@pytest.mark.parametrize(
    ("host", "sentence"),
    [
        (Host(address="127.0.0.1"), "tell failed: hooks.example.com is not called"),
        (Host(takes=31.0), "tell failed: hooks.example.com did not answer within 30 s"),
    ],
)
async def test_a_host_that_is_not_called_or_does_not_answer_is_the_cause(host: Host, sentence: str) -> None:
    failed = await Desk(hooks=host).run(TELL)

    assert isinstance(failed, Failed)
    assert failed.cause.sentence == sentence
    assert failed.cause.more == ("fairway show 42", "fairway show 42 --log production")


@pytest.mark.parametrize(
    ("action", "what"),
    [
        (replace(TELL, url="#{variables.NOPE}"), "tell can't begin: production has no variable NOPE"),
        (replace(TELL, headers={"X": "#{fairway.subject}"}), "tell can't begin: its header X has characters"),
    ],
)
async def test_a_call_that_can_not_be_made_says_why(action: Request, what: str) -> None:
    desk = Desk(hooks=Host())

    with pytest.raises(WorkFailed, match=what):
        await desk.run(action)

    assert desk.web.calls == []
