"""Known secrets go through everything that an app does, and then are looked for everywhere."""

import base64
import json
import re
import threading
import uuid
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

import pytest

from support import packed
from support.world import Project, World, create_project

pytestmark = pytest.mark.exhaustive

PASSWORD = "kraken-4711/of+the sea"
MULTILINE = "-----BEGIN KEY-----\nMIIEvQIBADANBgkqhkiG9w0BAQ\nEFAASCBKcwggSjAgEAAoIBAQC7\n-----END KEY-----"
BUILD = "npm_s3cr3tT0kenOfTheBuild"
LATER = "sardine-0815-rotated"
SECRETS = (PASSWORD, BUILD, LATER, "MIIEvQIBADANBgkqhkiG9w0BAQ", "EFAASCBKcwggSjAgEAAoIBAQC7")

TOML = """[build]
secrets = ["NPM_TOKEN"]
test = "node test.js"
[services.web]
health = { path = "/", start_period = "3s", interval = "1s" }
[environments.production]
[[environments.production.actions]]
name = "smoke"
command = "node say.js"
outputs = ["TOKEN_OF_SMOKE"]
"""
SAY = """const { API_PASSWORD: secret = '', PRIVATE_KEY: key = '' } = process.env
for (const text of [secret, JSON.stringify({ secret, key }), Buffer.from('user:' + secret).toString('base64'),
  encodeURIComponent(secret), Buffer.from(secret).toString('hex'), key]) console.log('it is', text)
for (const letter of secret) process.stdout.write(letter)
console.log()
const output = process.env.FAIRWAY_OUTPUT
if (output) require('fs').appendFileSync(output, 'TOKEN_OF_SMOKE=' + secret + '\\n')
"""
SERVER = """require('./say')
const http = require('http')
if (process.env.MODE === 'broken') { console.error('no database at', process.env.API_PASSWORD); process.exit(3) }
http.createServer((request, response) => response.end('one')).listen(process.env.PORT, '0.0.0.0')
"""
DOCKERFILE = f"""FROM node:22-slim
WORKDIR /app
RUN --mount=type=secret,id=NPM_TOKEN cat /run/secrets/NPM_TOKEN && echo {uuid.uuid4()}
COPY . .
CMD ["node", "server.js"]
"""


@pytest.fixture(scope="module")
def own_world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """A server of this module's own: all of its files are read."""
    world = World(root=tmp_path_factory.mktemp("secrets"))
    world.start()
    yield world
    world.close()


class Watcher:
    """Reads the words of every process again and again."""

    def __init__(self) -> None:
        self.seen: set[bytes] = set()
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._watch)

    def __enter__(self) -> "Watcher":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._thread.join()

    def _watch(self) -> None:
        while not self._stop.wait(0.02):
            for entry in Path("/proc").glob("[0-9]*/cmdline"):
                try:
                    self.seen.add(entry.read_bytes())
                except OSError:
                    continue


def spellings(secret: str) -> list[bytes]:
    data = secret.encode()
    inner = (base64.b64encode(b"0" * offset + data).decode()[(0, 2, 3)[offset] :] for offset in range(3))
    cut = [text.rstrip("=")[:-1] for text in inner]
    found = [secret, json.dumps(secret)[1:-1], quote(secret, safe=""), data.hex(), *cut]
    return [text.encode() for text in found]


def holds(data: bytes) -> list[str]:
    """The secrets that these bytes have in any spelling."""
    return [secret for secret in SECRETS if any(text in data for text in spellings(secret))]


def files(home: Path) -> Iterator[tuple[str, bytes]]:
    for file in home.rglob("*"):
        if file.is_file() and not file.is_symlink() and file.stat().st_size < 30_000_000:
            yield from packed.leaves(str(file.relative_to(home)), file.read_bytes())


@pytest.fixture(scope="module")
def told(own_world: World) -> tuple[Project, dict[str, str], Watcher]:
    """Everything is done with the secrets that can be done; what the commands printed, and the processes that ran."""
    base = {"server.js": SERVER, "say.js": SAY, "test.js": "console.log('1 passed')\n", "Dockerfile": DOCKERFILE}
    made = create_project(own_world, "kraken-keeper", toml=TOML, files=base)
    said: dict[str, str] = {}

    def do(name: str, *arguments: str, text: str | None = None, fails: bool = False) -> None:
        done = made.fairway(*arguments, text=text)
        said[name] = done.text
        assert (done.status != 0) == fails, (name, done.text)

    with Watcher() as watcher:
        do("apps", "apps", "create", made.app)
        do("password", "env", "set", "API_PASSWORD=-", text=PASSWORD)
        do("key", "env", "set", "--from-stdin", "PRIVATE_KEY", text=MULTILINE)
        do("build secret", "env", "set", "--service", "build", "NPM_TOKEN=-", text=BUILD)
        do("up", "up", "--yes")
        do("later", "env", "set", "LATE_TOKEN=-", text=LATER)
        do("broken", "env", "set", "MODE=broken", fails=True)
        do("back", "env", "rollback", "4", "--yes", "--no-restart")
        made.commit({"server.js": "console.error(process.env.LATE_TOKEN); process.exit(4)\n"})
        said["push"] = made.push().text
        for name in (
            "status",
            "ps --all",
            "executions",
            "show",
            "show 1 --log build",
            "show --log production",
            "logs",
            "releases",
            "env list",
            "env history",
        ):
            said[name] = made.fairway(*name.split()).text
            said[f"{name} --json"] = made.fairway(*name.split(), "--json").text
        url = f"http://127.0.0.1:{own_world.environ['FAIRWAY_PORT']}/api/v1/apps/{made.app}"
        token = (own_world.home / "token").read_text().strip()
        for path in ("events?limit=500", "executions/1", "executions/2", "releases", "deployments/1", "deployments/3"):
            said[path] = own_world.run(
                "curl", "-sS", "-H", "@-", f"{url}/{path}", text=f"Authorization: Bearer {token}"
            ).text
    return made, said, watcher


def test_the_secrets_were_used(told: tuple[Project, dict[str, str], Watcher]) -> None:
    made, said, _ = told

    assert made.get() == (200, "one")
    assert "it is •••" in said["logs"] and "  •••" in said["show 1 --log build"], said["show 1 --log build"]
    assert "no database at •••" in said["broken"], said["broken"]
    assert ("smoke" in said["show"] and "ended with exit code 4" in said["push"]) or "code 4" in said["push"], said[
        "push"
    ]
    assert "variables.changed" in said["events?limit=500"]


def test_no_command_and_no_answer_shows_one(told: tuple[Project, dict[str, str], Watcher]) -> None:
    _, said, _ = told

    assert {name: found for name, text in said.items() if (found := holds(text.encode()))} == {}


def test_no_process_has_one_among_its_words(told: tuple[Project, dict[str, str], Watcher]) -> None:
    _, _, watcher = told

    assert any(b"docker" in words for words in watcher.seen)
    assert [words for words in watcher.seen if holds(words)] == []


def test_no_file_of_the_server_has_one(told: tuple[Project, dict[str, str], Watcher]) -> None:
    made, _, _ = told

    looked, found = 0, {}
    for name, data in files(made.world.home):
        looked += 1
        if secrets := holds(data):
            found[name] = secrets

    assert looked > 20
    assert found == {}


def test_no_layer_of_the_image_has_one(told: tuple[Project, dict[str, str], Watcher], tmp_path: Path) -> None:
    made, _, _ = told
    listed = made.world.run(
        "docker", "images", "--format", "{{.Repository}}:{{.Tag}}", "--filter", f"reference=*/{made.app}"
    )
    image = next(name for name in listed.stdout.split() if re.search(rf"fairway/{made.app}:[0-9a-f]", name))

    history = made.world.run("docker", "history", "--no-trunc", image).text
    inspected = made.world.run("docker", "image", "inspect", image).text
    made.world.run("docker", "save", "--output", str(tmp_path / "image.tar"), image)

    assert holds((history + inspected).encode()) == []
    found = [(name, holds(content)) for name, content in packed.of_image(tmp_path / "image.tar")]
    assert [each for each in found if each[1]] == [] and len(found) > 3
