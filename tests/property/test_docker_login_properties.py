"""Whatever a docker configuration holds, reading it gives credentials, none, or an error without what is in it."""

import base64
import contextlib
import json
from pathlib import Path
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from fairway.adapters.oci import login
from fairway.errors import WorkFailed

FILE = Path("/home/ada/.docker/config.json")
TEXT = st.text('abcXYZ019 :/.%="{}\\\0\n\ud800é→', max_size=20)
JSON: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers() | TEXT,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXT, inner, max_size=3),
    max_leaves=10,
)
SECRET = "s3cr3t-that-nobody-sees"


@given(st.dictionaries(st.sampled_from(["auths", "credHelpers", "credsStore", "other"]), JSON))
def test_any_configuration_is_read_or_refused(document: dict[str, Any]) -> None:
    for key in ("ghcr.io", login.HUB_KEY):
        with contextlib.suppress(WorkFailed):
            assert isinstance(login.find_helper(document, key, FILE), str)
        with contextlib.suppress(WorkFailed):
            login.find(document, key, FILE)


@given(st.dictionaries(st.sampled_from(login.FIELDS), JSON | st.just(SECRET)))
def test_an_entry_that_is_refused_keeps_its_secret(entry: dict[str, Any]) -> None:
    try:
        login.find({"auths": {"ghcr.io": entry}}, "ghcr.io", FILE)
    except WorkFailed as error:
        assert SECRET not in f"{error.what} {error.why} {error.hint} {error.__cause__!r}"


@given(TEXT.filter(lambda text: ":" not in text), TEXT.filter(lambda text: text.strip("\0") == text))
def test_user_and_password_come_back_as_they_were_kept(user: str, password: str) -> None:
    auth = base64.b64encode(f"{user}:{password}".encode("utf-8", "replace")).decode()

    found = login.decode(auth)

    assert found == tuple(part.encode("utf-8", "replace").decode() for part in (user, password))


@given(st.binary(max_size=200))
def test_any_answer_of_a_helper_is_read_or_refused(output: bytes) -> None:
    with contextlib.suppress(WorkFailed):
        login.read_answer(output, "docker-credential-x", "ghcr.io")


@given(TEXT, TEXT.filter(bool))
def test_an_answer_of_a_helper_comes_back(user: str, secret: str) -> None:
    found = login.read_answer(json.dumps({"Username": user, "Secret": secret}).encode(), "x", "ghcr.io")

    assert found is not None
    assert secret in (found.password, found.identity_token)
