"""What git says when a remote can't be read, as an error: nothing secret in it."""

import base64

import pytest

from fairway.adapters.git import refusals
from fairway.domain import remotes
from fairway.ports.sources import Remote

REMOTE = Remote(address=remotes.parse("https://host/acme/shop"), username="ada", token="s3cr3t", deploy_key="k3y")
BASIC = base64.b64encode(b"ada:s3cr3t").decode()


@pytest.mark.parametrize("said", ["no access with s3cr3t", f"no access with Basic {BASIC}", "no access with k3y"])
@pytest.mark.parametrize("sign", ["", "fatal: Authentication failed\n", "error: 404\n"])
def test_a_remote_that_repeats_the_credential_shows_it_to_nobody(said, sign):
    error = refusals.read(REMOTE, f"{sign}remote: {said}")

    assert error.why.rstrip(")").endswith("(secret")
    assert not any(each in f"{error.what} {error.why} {error.hint}" for each in ("s3cr3t", BASIC, "k3y"))
