"""The stage `try` inside CodeBuild: a pull request's head is built and tested as on a server, and AWS is left alone."""

from pathlib import Path

import pytest

from fairway.errors import UsageError, WorkFailed
from support.cloud_stage import TOML, Account, lay_out


@pytest.fixture
def account() -> Account:
    """Nobody has raised anything up in it."""
    return Account()


async def test_it_prints_what_a_servers_stages_of_a_pull_request_print(account: Account, tmp_path: Path) -> None:
    await account.run_try(lay_out(tmp_path))

    assert account.said[0] == "9c1f2e7 Add coupons"
    assert [line for line in account.said if "✓" in line] == [
        "  source      ✓  0.0 s",
        "  build       ✓  0.0 s   image 0 MB",
    ]


async def test_nothing_is_asked_of_aws_and_nothing_is_pushed(account: Account, tmp_path: Path) -> None:
    await account.run_try(lay_out(tmp_path))

    assert account.regions == []
    assert not await account.registry.repositories()


async def test_a_failing_test_is_told_as_on_a_server(account: Account, tmp_path: Path) -> None:
    with pytest.raises(WorkFailed, match="the tests failed"):
        await account.run_try(lay_out(tmp_path, toml=TOML + '[build]\ntest = "echo 1 failed; exit 3"\n'))

    assert "  Cause   the tests failed: `echo 1 failed; exit 3` exited with 3" in account.said


async def test_its_own_file_gets_it_neither_secrets_nor_caches_of_others_nor_a_day(
    account: Account, tmp_path: Path
) -> None:
    toml = TOML + '[build]\nsecrets = ["STRIPE_KEY"]\ntimeout = "24h"\n'

    await account.run_try(lay_out(tmp_path, toml=toml))

    (built,) = account.builder.built
    assert (built.secrets, built.caches) == ({}, "shop-api-pull-requests")
    assert built.timeout <= 3600.0
    assert "STRIPE_KEY: not given to a build that tries somebody's proposal" in account.text


async def test_a_file_without_aws_is_tried_too(account: Account, tmp_path: Path) -> None:
    account.aws = None

    await account.run_try(lay_out(tmp_path))

    assert account.builder.built


@pytest.mark.parametrize("toml", ["", 'app = "shop-api"\nbild = 1\n'], ids=["none", "broken"])
async def test_what_cant_be_read_is_refused(account: Account, tmp_path: Path, toml: str) -> None:
    folder = lay_out(tmp_path, toml=toml)
    if not toml:
        (folder / "fairway.toml").unlink()

    with pytest.raises(UsageError):
        await account.run_try(folder)

    assert not account.builder.built
