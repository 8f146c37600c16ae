"""The kernel's table of sockets, read for one connection."""

import pytest

from fairway.adapters.docker import accepting
from fairway.adapters.docker.accepting import State

TABLE = """\
  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode
   0: 00000000:0BB8 00000000:0000 0A 00000000:00000001 00:00000000 00000000     0        0 81522 1 00 100 0
   1: 020014AC:0BB8 010014AC:D2F0 01 00000000:00000000 00:00000000 00000000     0        0 0 1 00 20 4
   2: 020014AC:0BB8 010014AC:D2F1 01 00000000:00000000 00:00000000 00000000     0        0 81530 1 00 20 4
   3: 020014AC:0BB8 010014AC:D2F2 06 00000000:00000000 03:00000AF2 00000000     0        0 0 3 00
   5: 020014AC:0BB8 010014AC:D2F4 03 00000000:00000000 01:00000063 00000000     0        0 0 1 00
   4: 020014AC:1F90 010014AC:D2F3 01 00000000:00000000 00:00000000 00000000     0        0 0 1 00 20 4
"""


@pytest.mark.parametrize(
    ("peer", "state"),
    [
        (0xD2F0, State.WAITS),  # belongs to no file
        (0xD2F1, State.TAKEN),
        (0xD2F2, State.TAKEN),  # and closed
        (0xD2F4, State.UNKNOWN),  # its handshake has not ended
        (0xD2F3, None),  # to another port
        (0xD2F9, None),
    ],
)
def test_a_connection_that_belongs_to_no_file_waits_to_be_accepted(peer: int, state: State | None) -> None:
    assert accepting.read(TABLE, 3000, peer) is state


def test_of_a_process_that_is_gone_nothing_is_known() -> None:
    assert accepting.look(2**22 + 1, 3000, 0xD2F0) is State.UNKNOWN
