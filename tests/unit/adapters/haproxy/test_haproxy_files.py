"""The files of the balancer's directory, when a power failure or somebody's hand has left something else in them."""

from pathlib import Path

import pytest

from fairway.adapters.haproxy import config, keys
from fairway.adapters.haproxy.config import Frame
from fairway.adapters.haproxy.files import CONFIG, Files
from fairway.adapters.haproxy.table import Table

FRAME = Frame(address="127.0.0.1", port=8080, listener="LISTENER", maxconn=100)
TORN = b"\x00\x00\xff\xfe torn \x80"


@pytest.mark.parametrize("name", [CONFIG, config.MAP])
def test_what_a_power_failure_has_torn_is_written_anew(tmp_path: Path, name: str) -> None:
    files = Files(directory=tmp_path)
    files.write(FRAME, Table())
    whole = (tmp_path / name).read_bytes()
    (tmp_path / name).write_bytes(TORN)

    files.write(FRAME, Table())

    assert (tmp_path / name).read_bytes() == whole


def test_a_key_that_is_no_text_any_more_counts_as_gone_and_can_be_given_again(tmp_path: Path) -> None:
    file = keys.file_name("shop.test", "its key")
    (tmp_path / file).write_bytes(TORN)

    assert keys.get(tmp_path, file) is None
    keys.put(tmp_path, file, "its key")

    assert keys.get(tmp_path, file) == "its key"
