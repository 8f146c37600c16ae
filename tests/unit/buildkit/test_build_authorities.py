"""Which certificates builds are given."""

from pathlib import Path

import pytest

from fairway.adapters.buildkit import authorities
from fairway.errors import UsageError


def certificate(name: str) -> str:
    return f"-----BEGIN CERTIFICATE-----\n{name}\n-----END CERTIFICATE-----"


@pytest.fixture
def bundle(tmp_path: Path) -> Path:
    path = tmp_path / "bundle.crt"
    path.write_text(certificate("public") + "\n" + certificate("company") + "\n")
    return path


def test_a_host_without_any_setting_gives_builds_nothing(tmp_path: Path, bundle: Path) -> None:
    assert authorities.find({}, tmp_path, (bundle,)) is None


def test_a_variable_that_names_a_known_certificate_gives_the_hosts_bundle(tmp_path: Path, bundle: Path) -> None:
    extra = tmp_path / "company.pem"
    extra.write_text(certificate("company"))

    assert authorities.find({"NODE_EXTRA_CA_CERTS": str(extra)}, tmp_path, (bundle,)) == bundle


def test_an_extra_certificate_is_added_to_the_hosts_bundle(tmp_path: Path, bundle: Path) -> None:
    extra = tmp_path / "extra.pem"
    extra.write_text(certificate("extra"))

    found = authorities.find({"NODE_EXTRA_CA_CERTS": str(extra)}, tmp_path, (bundle,))

    assert found is not None
    assert [name for name in ("public", "company", "extra") if name in found.read_text()] == [
        "public",
        "company",
        "extra",
    ]


def test_the_setting_wins_and_must_name_certificates(tmp_path: Path, bundle: Path) -> None:
    assert authorities.find({"FAIRWAY_CA_FILE": str(bundle)}, tmp_path, ()) == bundle
    with pytest.raises(UsageError, match="FAIRWAY_CA_FILE"):
        authorities.find({"FAIRWAY_CA_FILE": str(tmp_path / "none.pem")}, tmp_path, ())
    (tmp_path / "empty.pem").write_text("nothing")
    with pytest.raises(UsageError, match="no certificate"):
        authorities.find({"FAIRWAY_CA_FILE": str(tmp_path / "empty.pem")}, tmp_path, ())
