"""What `fairway check` finds in a repository, rule by rule, and what it leaves alone."""

import pytest

from fairway.build.audit import audit as auditing
from fairway.build.audit import secrets
from fairway.build.detect import detect
from fairway.domain import audit
from fairway.domain.audit import RULES, Finding
from fairway.manifest import load

PACKAGE = b'{ "name": "app", "scripts": { "start": "node server.js" }, "dependencies": { "express": "4" } }\n'
SERVER = b"""const app = require('express')()
app.get('/healthz', (request, response) => response.send('ok'))
const server = app.listen(process.env.PORT || 3000)
process.on('SIGTERM', () => server.close())
"""
GOOD = {
    "package.json": PACKAGE,
    "package-lock.json": b"{}",
    "server.js": SERVER,
    ".dockerignore": b".git\nnode_modules\n.env*\n",
    "Dockerfile": b'FROM node:22-slim\nWORKDIR /app\nCOPY . .\nUSER node\nCMD ["node", "server.js"]\n',
}


class Files:
    """A repository as a dictionary."""

    def __init__(self, files: dict[str, bytes]) -> None:
        self.content = files

    def read(self, path: str) -> bytes | None:
        return self.content.get(path)

    def files(self) -> tuple[str, ...]:
        return tuple(sorted(self.content))


def look(changed: dict[str, bytes | None], manifest: str = 'app = "app"\n') -> list[tuple[str, str]]:
    """The rules and places for a good repository with these files in place of its own."""
    files = Files({path: content for path, content in {**GOOD, **changed}.items() if content is not None})
    found = detect.detect(files)
    app = load.load(manifest, defaults=found.defaults)
    findings = audit.order([*auditing.run(files, found, app), *secrets.in_files(files)])
    return [(each.rule, each.where) for each in findings]


def test_a_good_repository_has_no_finding() -> None:
    assert look({}) == []


def dockerfile(text: str) -> dict[str, bytes | None]:
    return {"Dockerfile": text.encode()}


@pytest.mark.parametrize(
    ("changed", "rule", "where"),
    [
        ({".env": b"# mine\nTOKEN=abc\n"}, "env-file-committed", ".env:2"),
        ({"config/.env.production": b"TOKEN=abc\n"}, "env-file-committed", "config/.env.production:1"),
        ({"a.js": b"\nconst k = 'AKIAQYLPMN5HHHFPZAM2'\n"}, "secret-in-code", "a.js:2"),
        ({"key.pem": b"-----BEGIN RSA PRIVATE KEY-----\n"}, "secret-in-code", "key.pem:1"),
        ({"a.js": b"connect('postgres://shop:hunter2@10.1.2.3/shop')\n"}, "hard-coded-url", "a.js:1"),
        (
            {"a.js": b"const { A } = process.env\nconst db = 'postgres://shop:hunter2@10.1.2.3/shop'\n"},
            "hard-coded-url",
            "a.js:2",
        ),
        ({"server.js": SERVER.replace(b"process.env.PORT || 3000", b"8080")}, "hard-coded-port", "server.js:3"),
        ({"a.js": b"http.createServer((q, r) => r.end()).listen(8080, '0.0.0.0')\n"}, "hard-coded-port", "a.js:1"),
        ({"server.js": SERVER.replace(b"3000)", b"3000, '127.0.0.1')"), "Dockerfile": None}, "loopback", "server.js:3"),
        ({"a:b.js": b"\ns.listen(3000, '127.0.0.1')\n", "Dockerfile": None}, "loopback", "a:b.js:2"),
        ({"server.js": b"\n".join(SERVER.splitlines()[:3])}, "no-sigterm", "server.js:3"),
        (
            dockerfile("FROM node:22\nUSER node\nCMD npm run build && node server.js\n"),
            "package-manager-command",
            "Dockerfile:3",
        ),
        (dockerfile("FROM node:22\nUSER node\nCMD sleep 1 && node server.js\n"), "shell-form-command", "Dockerfile:3"),
        (dockerfile('FROM node:22\nUSER node\nCMD ["npm", "start"]\n'), "package-manager-command", "Dockerfile:3"),
        (dockerfile('FROM node:22\nCMD ["node", "server.js"]\n'), "runs-as-root", "Dockerfile:1"),
        (dockerfile('FROM node:22\nUSER root\nCMD ["node", "server.js"]\n'), "runs-as-root", "Dockerfile:2"),
        (
            dockerfile('FROM node:22\nCOPY .env ./\nUSER node\nCMD ["node", "server.js"]\n'),
            "copies-env-file",
            "Dockerfile:2",
        ),
        ({".dockerignore": b"node_modules\n"}, "copies-env-file", "Dockerfile:3"),
        ({".dockerignore": None}, "no-dockerignore", "Dockerfile:3"),
        (dockerfile('FROM node\nUSER node\nCMD ["node", "server.js"]\n'), "base-not-pinned", "Dockerfile:1"),
        (dockerfile('FROM node:latest\nUSER node\nCMD ["node", "server.js"]\n'), "base-not-pinned", "Dockerfile:1"),
        (
            {"package.json": b'{ "scripts": {\n"start": "prisma migrate deploy && node server.js" } }'},
            "migration-in-start",
            "package.json:2",
        ),
        ({"entrypoint.sh": b"#!/bin/sh\nnpx knex migrate:latest\n"}, "migration-in-start", "entrypoint.sh:2"),
        ({"server.js": SERVER.replace(b"/healthz", b"/orders")}, "no-health-check", "fairway.toml"),
        ({"package-lock.json": None, "Dockerfile": None}, "no-lock-file", "package.json"),
    ],
)
def test_each_rule_finds_its_place(changed: dict[str, bytes | None], rule: str, where: str) -> None:
    assert (rule, where) in look(changed)


@pytest.mark.parametrize(
    "changed",
    [
        {
            ".env.example": b"TOKEN=abc\n",
            ".env.test": b"TOKEN=abc\n",
            "test/.env": b"TOKEN=abc\n",
            ".env": b"# none\nTOKEN=\n",
        },
        {"a.js": b"connect(process.env.DATABASE_URL || 'postgres://shop:shop@10.1.2.3/shop')\n"},
        {"a.js": b"connect(process.env.DATABASE_URL ||\n  'postgres://shop:shop@10.1.2.3/shop')\n"},
        {"a.js": b"connect('postgres://shop:shop@localhost/shop')\n// 'postgres://a:b@c.example.net/d'\n"},
        {"a.js": b"const k = 'AKIAXXXXXXXXEXAMPLE'\n"},
        {"README.md": b"-----BEGIN PUBLIC KEY-----\n"},
        dockerfile("FROM node:22 AS build\nCOPY . .\nFROM build\nUSER node\nCMD exec node server.js\n"),
        dockerfile('FROM node:22\nUSER 1000:1000\nENTRYPOINT ["tini", "--"]\nCMD ["npm", "start"]\n'),
        dockerfile('ARG V=22\nFROM node:${V}\nUSER node\nCMD ["node", "server.js"]\n'),
        {"server.js": SERVER.replace(b"process.on", b"require('close-with-grace')() // process.on")},
        {
            "server.js": SERVER.replace(b"process.on", b"// process.on"),
            "package.json": PACKAGE.replace(b"node server.js", b"fastify start app.js"),
            "Dockerfile": None,
        },
        {"package.json": PACKAGE.replace(b'"start"', b'"migrate": "knex migrate:latest", "start"')},
    ],
)
def test_what_is_well_so_is_left_alone(changed: dict[str, bytes | None]) -> None:
    assert look(changed) == []


SESSION = b"const session = require('express-session')\napp.use(session({ secret: S, cookie: { secure: true } }))\n"
SEVERAL = 'app = "app"\n[services.web]\nreplicas = 2\n'


def test_sessions_in_memory_are_found_where_there_are_several_tasks() -> None:
    stored = SESSION.replace(b"{ secret", b"{ store: new RedisStore({ client }), secret")

    assert look({"s.js": SESSION}, SEVERAL) == [("session-in-memory", "s.js:2")]
    assert look({"s.js": SESSION}) == []
    assert look({"s.js": stored}, SEVERAL) == []


def test_a_health_check_in_fairway_toml_is_one() -> None:
    changed: dict[str, bytes | None] = {"server.js": SERVER.replace(b"/healthz", b"/orders")}

    assert look(changed, 'app = "app"\n[services.web]\nhealth = { path = "/orders" }\n') == []


def test_secrets_of_earlier_commits_are_found_once_and_not_shown() -> None:
    key = "AKIAQYLPMN5HHHFPZAM2"
    lines = [("c" * 40, "old.js", f"const k = '{key}'"), ("d" * 40, "old.js", f"k = '{key}'"), ("e" * 40, "b.js", "x")]

    found = list(secrets.in_history(lines, []))

    assert [(each.rule, each.file, each.line) for each in found] == [("secret-in-code", "old.js", 0)]
    assert "ccccccc" in found[0].what
    assert key not in found[0].what


def test_a_secret_that_is_still_there_is_told_once() -> None:
    here = Finding(rule="secret-in-code", file="a.js", line=1, what="")

    assert list(secrets.in_history([("c" * 40, "a.js", "AKIAQYLPMN5HHHFPZAM2")], [here])) == []


def test_every_rule_says_why_and_how_to_mend_it() -> None:
    assert all(rule.why and rule.fix for rule in RULES.values())


@pytest.mark.timeout(60)
def test_texts_that_make_patterns_slow_are_read_in_time() -> None:
    files = {"entrypoint.sh": b"typeorm " * 25_000, ".env": b"\n" * 200_000, "a.js": b"'redis://a:" + b"b" * 200_000}

    assert look({**files}) == []
