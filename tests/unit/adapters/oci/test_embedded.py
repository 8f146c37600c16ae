"""When the embedded registry has to run."""

from pathlib import Path

from fairway.adapters.oci import embedded

REVISION = "registry/images/docker/registry/v2/repositories/shop/_manifests/revisions/sha256/{}/link"


def test_the_embedded_registry_is_needed_when_no_other_is_named(tmp_path: Path) -> None:
    assert embedded.needed(tmp_path, "")


def test_beside_another_registry_it_is_needed_only_for_the_images_that_it_has(tmp_path: Path) -> None:
    nothing_yet = embedded.needed(tmp_path, "ghcr.io/acme")
    link = tmp_path / REVISION.format("1c" * 32)
    link.parent.mkdir(parents=True)
    link.write_text("sha256:…")

    with_an_image = embedded.needed(tmp_path, "ghcr.io/acme")
    link.unlink()

    assert (nothing_yet, with_an_image) == (False, True)
    assert not embedded.needed(tmp_path, "ghcr.io/acme")
