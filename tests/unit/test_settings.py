"""The settings of a host: read from the environment, and refused with the reason."""

from pathlib import Path

import pytest

from fairway import settings
from fairway.errors import UsageError

HOME = {"FAIRWAY_HOME": "/srv/fairway"}


@pytest.mark.parametrize(
    "name",
    [
        "ghcr.io/acme",
        "123456789012.dkr.ecr.eu-west-1.amazonaws.com",
        "docker.io/acme",
        "localhost:5000",
        "localhost/acme",
        "registry.example.com:443/team_one/back-ends.v2/x__y",
    ],
)
def test_a_registry_by_its_name_is_taken(name: str) -> None:
    assert settings.read({**HOME, "FAIRWAY_REGISTRY": name}).registry == name


@pytest.mark.parametrize(
    ("name", "why"),
    [
        ("https://ghcr.io/acme", "a registry has no scheme"),
        ("GHCR.io/acme", "capital letters"),
        ("ghcr.io/", "an empty part"),
        ("ghcr.io//acme", "an empty part"),
        ("ghcr.io/acme:latest", '"acme:latest" can\'t be part'),
        ("ghcr.io/-acme", '"-acme" can\'t be part'),
        ("acme", "on Docker Hub it would be docker.io/acme"),
        ("docker.io", "docker.io/NAME"),
        ("index.docker.io/acme", "write docker.io/NAME"),
        ("ghcr.io:0", '"0" is no port'),
        ("ghcr.io:99999", '"99999" is no port'),
        ("ghcr.io:/acme", '"" is no port'),
        ("gh_cr.io", '"gh_cr.io" is no host\'s name'),
        ("ghcr.io /acme", '"ghcr.io " is no host\'s name'),
        (".io", '".io" is no host\'s name'),
        ("ghcr.io/" + "a" * 300, "220 is the most"),
    ],
)
def test_what_names_no_registry_is_refused_with_the_reason(name: str, why: str) -> None:
    with pytest.raises(UsageError) as caught:
        settings.read({**HOME, "FAIRWAY_REGISTRY": name})

    assert why in caught.value.why


def test_a_password_in_the_registrys_name_is_not_shown() -> None:
    with pytest.raises(UsageError) as caught:
        settings.read({**HOME, "FAIRWAY_REGISTRY": "ada:secret@ghcr.io/acme"})

    assert "docker login" in caught.value.why
    assert "secret" not in f"{caught.value.what} {caught.value.why} {caught.value.hint}"


def test_the_embedded_registrys_own_address_is_no_other_registry() -> None:
    with pytest.raises(UsageError, match="the address of the embedded registry"):
        settings.read({**HOME, "FAIRWAY_REGISTRY": "localhost:7000", "FAIRWAY_REGISTRY_PORT": "7000"})


def test_how_much_tasks_may_reserve_has_a_default_and_can_be_set() -> None:
    names = {"FAIRWAY_SYSTEM_MEMORY": "512", "FAIRWAY_MEMORY_PERCENT": "150", "FAIRWAY_CPU_FACTOR": "2"}
    default, chosen = settings.read(HOME), settings.read({**HOME, **names})

    assert (default.system_memory, default.memory_percent, default.cpu_factor) == (0, 100, 16)
    assert (chosen.system_memory, chosen.memory_percent, chosen.cpu_factor) == (512, 150, 2)


def test_how_much_is_kept_has_a_default_and_can_be_set() -> None:
    default = settings.read(HOME)
    chosen = settings.read({**HOME, "FAIRWAY_KEEP_RELEASES": "5", "FAIRWAY_KEEP_DAYS": "7"})

    assert (default.keep_releases, default.keep_days) == (20, 90)
    assert (chosen.keep_releases, chosen.keep_days) == (5, 7)


def test_how_long_executions_are_kept_has_a_default_and_can_be_set() -> None:
    names = {"FAIRWAY_KEEP_EXECUTIONS": "50", "FAIRWAY_KEEP_EXECUTION_DAYS": "30"}
    default, chosen = settings.read(HOME), settings.read({**HOME, **names})

    assert (default.keep_executions, default.keep_execution_days) == (1000, 365)
    assert (chosen.keep_executions, chosen.keep_execution_days) == (50, 30)


@pytest.mark.parametrize(
    ("variable", "text", "why"),
    [
        ("FAIRWAY_KEEP_RELEASES", "1", "from 2 to 10000"),
        ("FAIRWAY_KEEP_RELEASES", "10001", "from 2 to 10000"),
        ("FAIRWAY_KEEP_RELEASES", "many", "from 2 to 10000"),
        ("FAIRWAY_KEEP_EXECUTIONS", "19", "from 20 to 1000000"),
        ("FAIRWAY_CPU_FACTOR", "0", "from 1 to 1000"),
        ("FAIRWAY_MEMORY_PERCENT", "9", "from 10 to 1000"),
        ("FAIRWAY_SYSTEM_MEMORY", "1G", "from 0 to 1000000"),
        ("FAIRWAY_KEEP_DAYS", "0", "from 1 to 36500"),
        ("FAIRWAY_KEEP_DAYS", "-3", "from 1 to 36500"),
        ("FAIRWAY_KEEP_DAYS", "1.5", "from 1 to 36500"),
        ("FAIRWAY_KEEP_DAYS", "9" * 5000, "from 1 to 36500"),
    ],
)
def test_a_number_that_can_not_be_is_refused_with_its_range(variable: str, text: str, why: str) -> None:
    with pytest.raises(UsageError) as caught:
        settings.read({**HOME, variable: text})

    assert caught.value.why == f"it is a whole number {why}"


@pytest.mark.parametrize("text", ["deploy.example.com", "ftp://deploy.example.com", "https://", "https://x?y=1"])
def test_a_public_url_that_is_none_is_refused(text):
    with pytest.raises(UsageError, match="FAIRWAY_PUBLIC_URL"):
        settings.read({"FAIRWAY_HOME": "/h", "FAIRWAY_PUBLIC_URL": text})


def test_forges_are_told_the_public_url_or_the_servers_own():
    named = settings.read({"FAIRWAY_HOME": "/h", "FAIRWAY_PUBLIC_URL": "https://deploy.example.com/"})

    assert named.outside == "https://deploy.example.com"
    assert settings.read({"FAIRWAY_HOME": "/h"}).outside == "http://localhost:7878"


def test_the_repositories_of_several_servers_are_a_whole_path() -> None:
    assert str(settings.read({**HOME, "FAIRWAY_REPOSITORIES": "/mnt/git"}).repositories) == "/mnt/git"
    assert str(settings.read(HOME).repositories) == "/srv/fairway/git"

    with pytest.raises(UsageError, match="FAIRWAY_REPOSITORIES=git can't be used"):
        settings.read({**HOME, "FAIRWAY_REPOSITORIES": "git"})


def test_backups_lie_in_the_home_or_where_a_setting_says():
    assert str(settings.read(HOME).vault).endswith("/backups")
    assert str(settings.read({**HOME, "FAIRWAY_BACKUPS": "/mnt/backups"}).vault) == "/mnt/backups"
    with pytest.raises(UsageError, match="FAIRWAY_BACKUPS=backups can't be used"):
        settings.read({**HOME, "FAIRWAY_BACKUPS": "backups"})


def test_only_a_database_by_url_is_shared() -> None:
    assert settings.read({**HOME, "FAIRWAY_DATABASE_URL": "postgresql://db/fairway"}).shared
    assert not settings.read(HOME).shared


def test_apps_are_served_by_tls_where_a_port_is_named() -> None:
    variable = "FAIRWAY_APPS_TLS_PORT"

    ports = [settings.read({**HOME, **chosen}).apps_tls_port for chosen in ({}, {variable: "0"}, {variable: "443"})]

    assert ports == [0, 0, 443]


@pytest.mark.parametrize("other", ["FAIRWAY_PORT", "FAIRWAY_APPS_PORT", "FAIRWAY_REGISTRY_PORT"])
def test_the_port_of_tls_is_no_other_ports(other: str) -> None:
    with pytest.raises(UsageError, match="FAIRWAY_APPS_TLS_PORT=9443 can't be used") as caught:
        settings.read({**HOME, other: "9443", "FAIRWAY_APPS_TLS_PORT": "9443"})

    assert other in caught.value.why


@pytest.mark.parametrize(
    ("variable", "value"),
    [
        ("FAIRWAY_ACME_DIRECTORY", "http://ca.example.org/directory"),
        ("FAIRWAY_ACME_DIRECTORY", "letsencrypt.org"),
        ("FAIRWAY_ACME_EMAIL", "ops"),
        ("FAIRWAY_ACME_EMAIL", "@example.org"),
        ("FAIRWAY_ACME_EMAIL", "ops@localhost"),
    ],
)
def test_what_can_be_no_certificate_authority_or_address_is_refused(variable: str, value: str) -> None:
    with pytest.raises(UsageError, match=variable):
        settings.read({**HOME, variable: value})


def test_an_authority_on_this_host_may_be_spoken_to_in_plain_http() -> None:
    found = settings.read({**HOME, "FAIRWAY_ACME_DIRECTORY": "http://127.0.0.1:14000/directory"})

    assert found.acme_directory == "http://127.0.0.1:14000/directory"
    assert settings.read(HOME).acme_email == ""


def test_commands_find_an_installed_server_by_its_settings(tmp_path: Path) -> None:
    file = tmp_path / "server.env"
    file.write_text('FAIRWAY_HOME="/srv/fairway"\nFAIRWAY_PORT="7900"\n')

    plain = settings.read(settings.environment({"PATH": "/bin"}, file))
    other = settings.read(settings.environment({"FAIRWAY_HOME": "/home/ada/fairway"}, file))

    assert (str(plain.home), plain.port) == ("/srv/fairway", 7900)
    assert (str(other.home), other.port) == ("/home/ada/fairway", 7878)


def test_without_an_installed_server_the_shell_alone_counts(tmp_path: Path) -> None:
    assert settings.environment({"A": "1"}, tmp_path / "server.env") == {"A": "1"}


def test_a_settings_file_that_is_no_text_is_told(tmp_path: Path) -> None:
    file = tmp_path / "server.env"
    file.write_bytes(b"A=\xff\n")

    with pytest.raises(UsageError, match="can't be read"):
        settings.environment({}, file)
