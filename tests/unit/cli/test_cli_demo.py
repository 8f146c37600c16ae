"""The demo's own world: nothing of the user's server is in it."""

from pathlib import Path

import pytest

from fairway.cli.demo import sandbox


@pytest.mark.parametrize(
    "name",
    ["FAIRWAY_DATABASE_URL", "FAIRWAY_ENGINE", "FAIRWAY_REPOSITORIES", "FAIRWAY_REGISTRY", "FAIRWAY_APPS_TLS_PORT"],
)
def test_no_setting_of_the_users_server_reaches_the_demo_but_whom_it_trusts(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(name, "the user's")
    monkeypatch.setenv("FAIRWAY_CA_FILE", "/etc/company.pem")
    (tmp_path / "demo.json").write_text('{"FAIRWAY_PORT": "4711"}')

    environ = sandbox.open_existing(tmp_path).environ

    settings = {key: value for key, value in environ.items() if key.startswith("FAIRWAY_")}
    assert settings == {
        "FAIRWAY_CA_FILE": "/etc/company.pem",
        "FAIRWAY_PORT": "4711",
        "FAIRWAY_HOME": str(tmp_path / "home"),
    }
