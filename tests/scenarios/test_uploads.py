"""An upload that a task has begun to take is taken to its end: the task that leaves waits for the rest of it."""

import http.client
import os
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor

import pytest

from support.world import Project, Result, World, create_project, until

pytestmark = pytest.mark.exhaustive

TOML = """\
[services.web]
replicas = 2
cpu = 0.3
memory = "128M"
stop_timeout = "30s"
health = { path = "/", start_period = "3s", interval = "500ms" }
"""
BACKEND = """\
const name = `${require('./version')} ${process.env.FAIRWAY_TASK}`
const server = require('http').createServer((request, response) => {
  if (request.method !== 'POST') return response.end(name)
  let size = 0
  request.once('data', () => console.log('begun', request.url))
  request.on('data', chunk => { size += chunk.length })
  request.on('end', () => response.end(`${name} ${size}`))
}).listen(process.env.PORT, '0.0.0.0')
process.on('SIGTERM', () => { server.close(() => process.exit(0)); server.closeIdleConnections() })
"""
PART = b"x" * 30_000
UPLOADS = 6
ASKED = 12
"""Requests in a row by which two tasks that both take requests would show."""


class Upload:
    """A POST whose body is sent by hand: half of it at once."""

    def __init__(self, live: Project, path: str) -> None:
        port = int(live.world.environ["FAIRWAY_APPS_PORT"])
        self._connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
        self._connection.putrequest("POST", path, skip_host=True)
        self._connection.putheader("Host", live.host)
        self._connection.putheader("Content-Length", str(2 * len(PART)))
        self._connection.endheaders()
        self._connection.send(PART)

    def finish(self) -> tuple[str, str]:
        """Send the other half: the task that answers, and the number of bytes that this has got."""
        self._connection.send(PART)
        answer = self._connection.getresponse()
        text = answer.read().decode()
        self._connection.close()
        assert answer.status == 200, text
        _, task, size = text.split()
        return task, size


@pytest.fixture(scope="module")
def live(world: World) -> Iterator[Project]:
    """Two tasks of the second version; the first is kept to go back to."""
    project = create_project(world, f"uploads-{os.getpid()}", toml=TOML, files={"server.js": BACKEND})
    up = project.fairway("up", "--yes")
    assert up.status == 0, up.text
    yield project


def tasks(live: Project) -> set[str]:
    """The tasks that run."""
    listing = live.fairway("ps", "--json").json["tasks"]
    return {each["id"] for each in listing if each["status"] == "RUNNING"}


def answering(live: Project) -> set[str]:
    """The tasks that answer new requests."""
    return {live.get()[1].split()[-1] for _ in range(ASKED)}


def begin(live: Project, name: str) -> Sequence[Upload]:
    """Uploads that the tasks have begun to take, some of them each."""
    until(lambda: len(answering(live)) == 2, what="two tasks that answer")
    uploads = [Upload(live, f"/{name}-{number}") for number in range(UPLOADS)]
    begun = f"begun /{name}-"
    until(lambda: live.fairway("logs", "--grep", begun).stdout.count(begun) == UPLOADS, what="the uploads' beginning")
    return uploads


def deploy(live: Project) -> Result:
    live.version("two")
    return live.push()


def roll_back(live: Project) -> Result:
    return live.fairway("rollback", "--yes")


def scale_in(live: Project) -> Result:
    return live.fairway("scale", "web=1")


@pytest.mark.parametrize("change", [deploy, roll_back, scale_in])
def test_an_upload_ends_with_the_task_that_began_it(live: Project, change: Callable[[Project], Result]) -> None:
    before = tasks(live)
    uploads = begin(live, change.__name__)

    with ThreadPoolExecutor() as threads:
        # It waits for the tasks that leave, and so for the uploads.
        changing = threads.submit(change, live)
        until(lambda: len(answering(live) & before) == (1 if change is scale_in else 0), what="the leave of a task")
        there = tasks(live)
        answers = [upload.finish() for upload in uploads]

    assert changing.result().status == 0, changing.result().text
    assert before <= there, "a task waits for its uploads"
    assert {size for _, size in answers} == {str(2 * len(PART))}
    assert {task for task, _ in answers} == before
    until(lambda: len(before & tasks(live)) == (1 if change is scale_in else 0), what="the end of the task that left")
