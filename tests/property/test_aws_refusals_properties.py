"""Whatever AWS answers: it becomes an error of Fairway's, and what a text repeats of the request is not shown."""

from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from fairway.adapters.aws import refusals
from fairway.adapters.aws.session import Session
from fairway.domain.aws import denial, quotas
from fairway.errors import FairwayError
from support.examples import examples

SECRET = "hunter2-Zm9vYmFyLWJheg"
FORMS = (
    "User: {a} is not authorized to perform: {b} on resource: {c} because no {d} allows the {b} action",
    "User: {a} is not authorized to perform: {b} on resource: {c} with an explicit deny in a {d}: {c}",
    "You are not authorized to perform this operation. Encoded authorization failure message: {s}",
    "1 validation error detected: Value '{s}' at 'secretString' failed to satisfy constraint: {a}",
    "The Canonical String for this request should have been 'POST\n{a}\nx-amz-security-token:{s}\n{b}'",
    "API: {b} {d}",
    "{a}",
)
CODES = sorted(
    {*denial.CODES, *quotas.BY_CODE, "SignatureDoesNotMatch", "ValidationError", "Throttling", "ExpiredToken"}
)
pieces = st.one_of(
    st.text(max_size=40),
    st.sampled_from(
        ["arn:aws:iam::1:user/a", "ecs:RunTask", "*", "service control policy", "policy", "", " ", "'", ":"]
    ),
)


@settings(max_examples=examples(300))
@given(
    form=st.sampled_from(FORMS),
    parts=st.fixed_dictionaries(dict.fromkeys("abcd", pieces)),
    code=st.one_of(st.sampled_from(CODES), st.text(max_size=20)),
    status=st.sampled_from([0, 400, 403, 404, 500]),
)
def test_every_answer_is_an_error_of_fairways_without_what_was_sent(
    form: str, parts: dict[str, str], code: str, status: int
) -> None:
    long = SECRET * 3
    message = form.format(s=long, **parts)
    response: Any = {"Error": {"Code": code, "Message": message}, "ResponseMetadata": {"HTTPStatusCode": status}}

    error = refusals.explain(Session("eu-central-1"), "ecs", "RunTask", response)

    assert isinstance(error, FairwayError)
    assert SECRET not in f"{error.what} {error.why} {error.hint}"
    assert SECRET not in str(refusals.Refused(code, message, error))


@given(text=st.text(max_size=2000))
def test_any_text_can_be_read(text: str) -> None:
    found = denial.read(text)

    assert found is None or (denial.why(found) and denial.hint(found))
    assert len(refusals.clean(text)) <= refusals.LONGEST
