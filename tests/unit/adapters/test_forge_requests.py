"""Where each forge's API is, from the address of a repository."""

from dataclasses import replace

import pytest

from fairway.adapters.forge import requests
from fairway.domain import remotes
from fairway.domain.remotes import Forge
from fairway.domain.statuses import CommitStatus, State

ADDRESS = remotes.parse("https://bitbucket.org/acme/shop.git")
STATUS = CommitStatus(commit="a" * 40, state=State.SUCCESS, context="fairway/shop", description="done", url="http://x")


@pytest.mark.parametrize(
    ("forge", "address", "url"),
    [
        (Forge.GITHUB, "https://github.com/acme/shop.git", "https://api.github.com/repos/acme/shop/statuses/"),
        (Forge.GITHUB, "git@github.com:acme/shop.git", "https://api.github.com/repos/acme/shop/statuses/"),
        (Forge.GITHUB, "https://notgithub.com/a/b", "https://notgithub.com/api/v3/repos/a/b/statuses/"),
        (Forge.GITHUB, "https://git.acme.com/a/b", "https://git.acme.com/api/v3/repos/a/b/statuses/"),
        (Forge.GITLAB, "https://gitlab.com/a/b/c.git", "https://gitlab.com/api/v4/projects/a%2Fb%2Fc/statuses/"),
        (Forge.GITEA, "ssh://git@codeberg.org:222/a/b", "https://codeberg.org/api/v1/repos/a/b/statuses/"),
        (Forge.BITBUCKET, "git@bitbucket.org:a/b.git", "https://api.bitbucket.org/2.0/repositories/a/b/commit/"),
        (
            Forge.BITBUCKET_SERVER,
            "https://bb.acme.com/scm/PROJ/shop.git",
            "https://bb.acme.com/rest/api/latest/projects/PROJ/repos/shop/commits/",
        ),
        (
            Forge.BITBUCKET_SERVER,
            "ssh://git@bb.acme.com:7999/~ada/shop.git",
            "https://bb.acme.com/rest/api/latest/projects/~ada/repos/shop/commits/",
        ),
    ],
)
def test_the_api_is_found_from_the_repositorys_address(forge, address, url):
    request = requests.make(forge, remotes.parse(address), "s3cr3t", STATUS)

    assert request.url.startswith(url + "a" * 40)
    assert "s3cr3t" not in request.url + repr(request)


@pytest.mark.parametrize("forge", [Forge.BITBUCKET, Forge.BITBUCKET_SERVER])
def test_a_context_that_is_longer_than_a_key_of_bitbuckets_is_shortened_and_stays_apart(forge):
    contexts = [f"fairway/{'a' * 30}/pull-request", f"fairway/{'a' * 29}b/pull-request", "fairway/shop"]

    bodies = [requests.make(forge, ADDRESS, "s3cr3t", replace(STATUS, context=each)).body for each in contexts]

    assert [body["name"] for body in bodies] == contexts
    assert [len(body["key"]) for body in bodies] == [40, 40, 12]
    assert len({body["key"] for body in bodies}) == 3
