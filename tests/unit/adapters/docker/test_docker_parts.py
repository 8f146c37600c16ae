"""The pure parts of the Docker adapter: what is read from the kernel's and Docker's texts, and what is asked for."""

from collections.abc import Awaitable, Callable

import pytest

from fairway.adapters.docker import asking, creation, frames, images, names, processes, reading, refusals, sockets
from fairway.adapters.docker.connection import Refused, parse_version, read_message
from fairway.adapters.docker.images import LocalCopy
from fairway.adapters.docker.logs import Joiner
from fairway.adapters.docker.processes import Process
from fairway.domain.facts import Socket
from fairway.domain.ids import AppName, EnvironmentName, TaskId
from fairway.domain.image import Image
from fairway.domain.observed import TaskStatus
from fairway.errors import Unavailable
from support import docker_room

TASK = TaskId("3fa9c1d2e4b5")
IMAGE = Image(repository="localhost:7879/shop", digest="sha256:" + "1" * 64)
SPEC = docker_room.make_spec(IMAGE)
TERM = 15


def process(pid: int, parent: int, *arguments: str, caught: int = 0) -> Process:
    return Process(pid=pid, inner=pid - 100, parent=parent, arguments=arguments, caught=caught, started=pid)


def reached(*tree: Process) -> list[int]:
    return [one.pid for one in processes.receivers(tree, tree[0].pid, TERM)]


CATCHES = 1 << (TERM - 1)
INIT = process(101, 1, "/sbin/docker-init", "--", "x")


@pytest.mark.parametrize(
    ("tree", "expected"),
    [
        ((INIT, process(107, 101, "node", "server.js")), [107]),
        ((process(101, 1, "node", "server.js"), process(107, 101, "node", "worker.js")), [101]),
        (
            (
                INIT,
                process(107, 101, "npm start"),
                process(118, 107, "sh", "-c", "node s.js"),
                process(119, 118, "node"),
            ),
            [119],
        ),
        ((INIT, process(107, 101, "node", "/usr/bin/npm", "start"), process(119, 107, "node", "s.js")), [119]),
        (
            (INIT, process(107, 101, "node", "/app/.yarn/yarn-4.1.0.cjs"), process(119, 107, "node")),
            [119],
        ),
        (
            (
                INIT,
                process(107, 101, "node", "/usr/lib/node_modules/pnpm/bin/pnpm.cjs", "start"),
                process(119, 107, "x"),
            ),
            [119],
        ),
        ((INIT, process(107, 101, "node", "npm-report.js"), process(119, 107, "node")), [107]),
        ((INIT, process(107, 101, "sh", "-c", "a; b"), process(119, 107, "a")), [119]),
        ((INIT, process(107, 101, "sh", "entry.sh", caught=CATCHES), process(119, 107, "a")), [107]),
        ((INIT, process(107, 101, "sh", "-c", "read x")), [107]),
        ((INIT, process(107, 101, "sh", "-c", "a & b"), process(119, 107, "a"), process(120, 107, "b")), [119, 120]),
        ((INIT, process(107, 101, "gunicorn: master"), process(119, 107, "gunicorn: worker")), [107]),
        ((INIT,), [101]),
    ],
)
def test_the_signal_is_for_the_process_that_serves(tree: tuple[Process, ...], expected: list[int]) -> None:
    assert reached(*tree) == expected


def test_signals_have_names_and_numbers() -> None:
    assert [processes.signal_number(name) for name in ("SIGTERM", "int", "9", "SIGUSR2")] == [15, 2, 9, 12]
    with pytest.raises(ValueError, match="there is no signal SIGSTOPPED"):
        processes.signal_number("SIGSTOPPED")


def test_listening_sockets_are_read_without_dockers_own_and_without_connections() -> None:
    table = """  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode
   0: 0B00007F:9F4D 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 30518 1 0 100 0 0 10 0
   1: 0100007F:0BB8 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 30519 1 0 100 0 0 10 0
   2: 020012AC:0BB8 010012AC:D3F2 01 00000000:00000000 00:00000000 00000000     0        0 30520 1 0 100 0 0 10 0
"""
    six = """  sl  local_address                         remote_address                        st
   0: 00000000000000000000000000000000:1F90 00000000000000000000000000000000:0000 0A 00000000:00000000
   1: 00000000000000000000000001000000:1F91 00000000000000000000000000000000:0000 0A 00000000:00000000
   2: 0000000000000000FFFF00000100007F:1F92 00000000000000000000000000000000:0000 0A 00000000:00000000
"""

    assert list(sockets.parse(table)) == [Socket(address="127.0.0.1", port=3000)]
    assert list(sockets.parse(six)) == [
        Socket(address="::", port=8080),
        Socket(address="::1", port=8081),
        Socket(address="127.0.0.1", port=8082),
    ]


def test_frames_come_whole_however_the_bytes_are_cut() -> None:
    stream = b"\x01\0\0\0\0\0\0\x03one\x02\0\0\0\0\0\0\x00\x02\0\0\0\0\0\0\x03two"
    decoder = frames.Decoder()

    found = [frame for byte in stream for frame in decoder.feed(bytes([byte]))]

    assert found == [("stdout", b"one"), ("stderr", b""), ("stderr", b"two")]


def test_the_pieces_of_a_long_line_are_joined_though_the_other_stream_comes_between() -> None:
    joiner = Joiner(TASK)

    first = joiner.add("stdout", b"2026-11-23T15:02:10.123456789Z abc")
    between = joiner.add("stderr", b"2026-11-23T15:02:11Z oops\n")
    last = joiner.add("stdout", b"2026-11-23T15:02:12.5Z def\n")

    assert first is None
    assert between is not None
    assert between.text == "oops"
    assert last is not None
    assert last.text == "abcdef"
    assert last.at == pytest.approx(1795446130.123456)


def state(**changes: object) -> dict[str, object]:
    never = "0001-01-01T00:00:00Z"
    values = {"Status": "created", "StartedAt": never, "FinishedAt": never, "ExitCode": 0, "OOMKilled": False, "Pid": 0}
    return {"Created": "2026-11-23T15:02:10Z", "State": values | {"Error": ""} | changes}


def listed(**labels: str) -> dict[str, object]:
    networks = {"Networks": {"n": {"IPAddress": "172.18.0.2"}}}
    return {"Labels": names.task_labels("i", TASK, SPEC) | labels, "NetworkSettings": networks}


@pytest.mark.parametrize(
    ("changes", "status", "code"),
    [
        ({}, TaskStatus.PENDING, None),
        ({"ExitCode": 127, "Error": "no such file"}, TaskStatus.STOPPED, 127),
        ({"Status": "running", "StartedAt": "2026-11-23T15:02:11Z"}, TaskStatus.RUNNING, None),
        ({"Status": "paused", "StartedAt": "2026-11-23T15:02:11Z"}, TaskStatus.RUNNING, None),
        ({"Status": "exited", "FinishedAt": "2026-11-23T15:02:12Z", "ExitCode": 1}, TaskStatus.STOPPED, 1),
        ({"Status": "dead", "ExitCode": 137}, TaskStatus.STOPPED, 137),
    ],
)
def test_a_container_is_read_as_a_task(changes: dict[str, object], status: TaskStatus, code: int | None) -> None:
    task = reading.read_task(listed(), reading.read_state(state(**changes)))

    assert task is not None
    assert task.status is status
    assert (task.exit.code if task.exit else None) == code
    assert (task.address is not None) == (status is TaskStatus.RUNNING)
    assert (task.stopped_at is not None) == (status is TaskStatus.STOPPED)


def test_a_container_with_spoilt_labels_is_no_task() -> None:
    assert reading.read_task(listed(**{names.RELEASE: "x"}), reading.read_state(state())) is None


def test_names_fit_where_they_are_used() -> None:
    long = docker_room.make_spec(IMAGE, app="a" * 30, environment="e" * 30, service="s" * 30)

    assert names.container_name(TASK, SPEC) == f"shop-production-web-18-{TASK}"
    assert len(names.host_name(TASK, long)) <= 63
    assert names.network_name("i", AppName("shop"), EnvironmentName("production")) == "fairway-i-shop-production"


def body(*, takes_init: bool = True, **changes: object) -> dict[str, object]:
    spec = docker_room.make_spec(IMAGE, **changes)
    image = LocalCopy(reference=IMAGE.reference, takes_init=takes_init)
    return creation.container("i", TASK, spec, {"A": "1"}, image=image, network="n", init=True)


def test_an_image_with_its_own_init_is_lent_none() -> None:
    assert body()["HostConfig"]["Init"] is True  # type: ignore[index]
    assert body(takes_init=False)["HostConfig"]["Init"] is False  # type: ignore[index]
    assert images.brings_init({"Entrypoint": ["/init"]})
    assert images.brings_init({"Entrypoint": ["/usr/bin/dumb-init", "--"], "Cmd": ["node"]})
    assert not images.brings_init({"Entrypoint": None, "Cmd": ["node", "server.js"]})
    assert not images.brings_init({})


def test_the_images_own_command_and_signal_are_kept_unless_others_are_named() -> None:
    assert "Cmd" not in body(command=None)
    assert "StopSignal" not in body()
    assert body(stop_signal="SIGQUIT")["StopSignal"] == "SIGQUIT"


@pytest.mark.parametrize(
    "message",
    [
        "could not find an available, non-overlapping IPv4 address pool among the defaults to assign to the network",
        "all predefined address pools have been fully subscribed",
    ],
)
def test_exhausted_address_pools_are_named_with_the_way_out(message: str) -> None:
    error = refusals.refused_network(Refused(404, message), "fairway-i-shop-production")

    assert error.what == "no address range is left for the network fairway-i-shop-production"
    assert "predefined address pools have been fully subscribed" in error.why
    assert "default-address-pools" in error.hint


@pytest.mark.parametrize(
    ("status", "message", "what"),
    [
        (
            400,
            'OCI runtime create failed: container_linux.go:380: starting container process caused: exec: "serve": '
            "executable file not found in $PATH: unknown",
            'there is no program "serve" in the image',
        ),
        (400, 'runc create failed: exec: "/app/run.sh": permission denied: unknown', "is not executable in the image"),
        (500, "exec format error", "built for another kind of processor"),
        (400, "No command specified", "nothing says which command to run"),
        (500, "write /var/lib/docker/x: no space left on device", "the disk is full"),
        (400, "unable to find user shop: no matching entries in passwd file", "the image's USER does not exist in it"),
        (500, 'OCI runtime create failed: chdir to cwd ("/srv") set in config.json failed: permission denied', "/srv"),
        (500, "a: b: something else: unknown", "Docker refuses it"),
    ],
)
def test_refusals_of_a_start_are_told_in_plain_words(status: int, message: str, what: str) -> None:
    error = refusals.refused_start(Refused(status, message), SPEC)

    assert error.what.startswith("web can't start: ")
    assert what in error.what


@pytest.mark.parametrize(
    ("message", "what"),
    [
        ("manifest unknown: manifest unknown", "there is no image"),
        ("unauthorized: authentication required", "does not let Fairway pull"),
        ("no matching manifest for linux/amd64 in the manifest list entries", "not built for this kind of processor"),
        ("write /x: no space left on device", "the disk is full"),
        ("strange", "can't be pulled"),
    ],
)
def test_refusals_of_a_pull_are_told_in_plain_words(message: str, what: str) -> None:
    assert what in refusals.refused_pull(message, IMAGE.reference).what


def test_a_registry_that_is_down_is_unavailable_and_not_a_failure_of_the_work() -> None:
    error = refusals.refused_pull("dial tcp 127.0.0.1:7879: connect: connection refused", IMAGE.reference)

    assert isinstance(error, Unavailable)
    assert error.what == "the registry localhost:7879 does not answer"


def test_versions_and_messages_of_the_api_are_read() -> None:
    assert parse_version("1.41") == (1, 41)
    assert read_message(b'{"message":"No such container: x"}\n') == "No such container: x"
    assert read_message(b"page not found") == "page not found"


def giving(answer: bytes, size: int = 7) -> Callable[[], Awaitable[bytes]]:
    """A connection over which the answer comes in small pieces, and then its end."""
    pieces = iter([answer[at : at + size] for at in range(0, len(answer), size)])

    async def receive() -> bytes:
        return next(pieces, b"")

    return receive


@pytest.mark.parametrize(
    ("answer", "status", "line"),
    [
        (b"HTTP/1.1 500 Oops\r\nContent-Length: 8\r\n\r\n\r\n down\n", 500, "down"),
        (
            b"HTTP/1.1 103 Early\r\n\r\nHTTP/1.1 404 No\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nnope\r\n0\r\n\r\n",
            404,
            "nope",
        ),
        (b"HTTP/1.0 503 \r\n\r\n" + b"x" * 500, 503, "x" * 159 + "…"),
    ],
)
async def test_the_status_and_first_line_of_an_answer_are_read(answer: bytes, status: int, line: str) -> None:
    reader = asking.Reader(giving(answer))

    found, headers = await asking.read_head(reader)
    said = await asking.read_line(reader, chunked="chunked" in headers.get("transfer-encoding", ""))

    assert (found, said) == (status, line)


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (b"", "closed the connection without an answer"),
        (b"HTTP/1.1 200 OK\r\n" + b"x: y\r\n" * 20000, "more than 64 KB of headers"),
        (b"220 mail.example ESMTP\r\n", "answered something that is not HTTP"),
        (b"\x15\x03\x01\x00\x02\x02\x16", "answered something that is not HTTP"),
        (b"HTTP/1.1 what\r\n\r\n", "answered something that is not HTTP"),
    ],
)
async def test_what_is_no_answer_is_told(answer: bytes, words: str) -> None:
    reader = asking.Reader(giving(answer))

    with pytest.raises(asking.NoAnswer, match=words):
        await asking.read_head(reader)
