"""Reading what HAProxy 2.6 prints, as it was seen."""

from fairway.adapters.haproxy import runtime
from fairway.adapters.haproxy.align import Server
from fairway.adapters.haproxy.runtime import Processes

PROCESSES = """\
#<PID>          <type>          <reloads>       <uptime>        <version>
20099           master          1 [failed: 0]   0d00h00m04s     2.6.12-1+deb12u4
# workers
20197           worker          0               0d00h00m01s     2.6.12-1+deb12u4
# old workers
20102           worker          1               0d00h00m04s     2.6.12-1+deb12u4
20088           worker          2               0d00h01m04s     2.6.12-1+deb12u4
# programs
"""
SERVERS = """\
1
# be_id be_name srv_id srv_name srv_addr srv_op_state srv_admin_state srv_uweight srv_port
4 slot-0 1 aaaaaaaaaaaa 127.0.0.1 2 4 1 21510
4 slot-0 2 bbbbbbbbbbbb fd00::2 0 8 1 3000
"""
SESSIONS = """\
# pxname,svname,qcur,qmax,scur,smax,slim,
slot-0,aaaaaaaaaaaa,0,0,32,33,,
slot-0,bbbbbbbbbbbb,0,0,0,33,,
"""


def test_the_workers_that_finish_are_told_from_the_one_that_accepts() -> None:
    assert runtime.parse_processes(PROCESSES) == Processes(
        worker=20197, finishing=(20102, 20088), reloads="1 [failed: 0]"
    )


def test_a_master_without_a_worker_has_none() -> None:
    assert runtime.parse_processes("\n".join(PROCESSES.splitlines()[:3])).worker is None


def test_servers_are_read_by_the_names_of_the_columns_and_a_disabled_beginning_is_forgotten() -> None:
    assert runtime.parse_servers(SERVERS) == [
        Server(backend="slot-0", name="aaaaaaaaaaaa", address="127.0.0.1", port=21510, admin=0),
        Server(backend="slot-0", name="bbbbbbbbbbbb", address="fd00::2", port=3000, admin=8),
    ]


def test_sessions_are_read_by_the_names_of_the_columns() -> None:
    assert runtime.parse_sessions(SESSIONS) == {"aaaaaaaaaaaa": 32, "bbbbbbbbbbbb": 0}


def test_a_worker_without_servers_has_neither() -> None:
    assert runtime.parse_servers("\n".join(SERVERS.splitlines()[:2])) == []
    assert runtime.parse_sessions(SESSIONS.splitlines()[0]) == {}
