"""Which addresses of repositories are taken, and which forge a host is."""

import pytest

from fairway.domain import remotes
from fairway.domain.remotes import Forge
from fairway.errors import UsageError


@pytest.mark.parametrize(
    ("text", "url", "repository"),
    [
        ("https://github.com/acme/shop.git", "https://github.com/acme/shop.git", "acme/shop"),
        ("https://GitHub.com/acme/shop", "https://github.com/acme/shop", "acme/shop"),
        ("https://git.example.com:8443/a/b/c.git/", "https://git.example.com:8443/a/b/c.git/", "a/b/c"),
        ("git@github.com:acme/shop.git", "ssh://git@github.com/acme/shop.git", "acme/shop"),
        ("ssh://git@host:7999/PROJ/shop.git", "ssh://git@host:7999/PROJ/shop.git", "PROJ/shop"),
        ("ssh://host/acme/shop", "ssh://git@host/acme/shop", "acme/shop"),
        ("http://127.0.0.1:3000/acme/shop.git", "http://127.0.0.1:3000/acme/shop.git", "acme/shop"),
        ("http://[::1]:3000/acme/shop.git", "http://[::1]:3000/acme/shop.git", "acme/shop"),
    ],
)
def test_an_address_is_normalised_and_names_its_repository(text, url, repository):
    address = remotes.parse(text)

    assert (address.url, address.repository) == (url, repository)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "shop",
        "/srv/git/shop.git",
        "file:///srv/git/shop.git",
        "ext::sh -c touch% /tmp/x",
        "ext::sh",
        "git://github.com/acme/shop.git",
        "http://github.com/acme/shop.git",
        "http://10.0.0.1/acme/shop.git",
        "--upload-pack=touch /tmp/x",
        "-oProxyCommand=x@host:path",
        "git@-oProxyCommand=x:path",
        "ssh://-oProxyCommand=x/path",
        "ssh://git@host/-path",
        "https://host/../etc",
        "https://host/",
        "https://host",
        "https://host:port/acme/shop",
        "https://host:99999/acme/shop",
        "https://host/acme/shop?token=x",
        "https://host/acme/shop#x",
        "https://host/acme/shop\nhttps://other/x",
        "https://host/ac me/shop",
        "https://host/" + "x" * 1000,
    ],
)
def test_what_is_no_address_of_a_repository_is_refused(text):
    with pytest.raises(UsageError):
        remotes.parse(text)


@pytest.mark.parametrize("text", ["https://ada:s3cr3t@github.com/acme/shop", "https://s3cr3t@github.com/acme/shop"])
def test_a_secret_in_an_address_is_refused_and_not_repeated(text):
    with pytest.raises(UsageError) as raised:
        remotes.parse(text)

    error = raised.value
    assert "s3cr3t" not in f"{error.what} {error.why} {error.hint}"
    assert "--token-file" in error.hint


@pytest.mark.parametrize(
    "text",
    [
        "https://ada:s3cr3t/acme/shop",
        "https://[s3cr3t/acme/shop",
        "https://s3cr3t\uff0f/acme",
        "s3cr3t://host/acme/shop",
        "s3cr3t:acme/shop",
        "ada:s3cr3t@host/acme/shop",
    ],
)
def test_what_stands_in_a_wrong_place_of_an_address_is_not_repeated(text):
    with pytest.raises(UsageError) as raised:
        remotes.parse(text)

    error = raised.value
    assert "s3cr3t" not in f"{error.what} {error.why} {error.hint}"


@pytest.mark.parametrize(
    ("host", "forge"),
    [
        ("github.com", Forge.GITHUB),
        ("github.example.com", Forge.GITHUB),
        ("gitlab.example.com", Forge.GITLAB),
        ("codeberg.org", Forge.GITEA),
        ("forgejo.example.com", Forge.GITEA),
        ("bitbucket.org", Forge.BITBUCKET),
        ("git.example.com", None),
        ("notgithub.com", None),
    ],
)
def test_a_forge_is_told_by_its_hosts_name(host, forge):
    assert remotes.forge_of(host) is forge


def test_a_credential_belongs_to_host_and_port():
    assert remotes.parse("https://host:8443/a/b").place == "host:8443"
    assert remotes.parse("https://host/a/b").place == "host"


def test_the_user_name_beside_a_token_is_the_forges_own_unless_one_is_given():
    assert remotes.login(Forge.GITLAB, "") == "oauth2"
    assert remotes.login(None, "") == "git"
    assert remotes.login(Forge.GITHUB, "ada") == "ada"
