"""When a command needs a shell, and when that shell can step aside."""

import pytest

from fairway.manifest import commands

PLAIN = [
    ("node server.js", ("node", "server.js")),
    ("node -e \"console.log('a b')\"", ("node", "-e", "console.log('a b')")),
    ("npm run start:{environment}", ("npm", "run", "start:staging")),
    (r"node a\ b.js", ("node", "a b.js")),
    ("sh -c 'a && b'", ("sh", "-c", "a && b")),
    ("node x --a=b", ("node", "x", "--a=b")),
]
SHELL = [
    ("node server.js --port $PORT", "exec node server.js --port $PORT"),
    ('node server.js "$PORT"', 'exec node server.js "$PORT"'),
    ("NODE_ENV=production node x", "NODE_ENV=production exec node x"),
    ("A='x y' B=2 node x", "A='x y' B=2 exec node x"),
    ("npm run migrate && node x", "npm run migrate && exec node x"),
    ("cd app; node x > out 2>&1", "cd app; exec node x > out 2>&1"),
    ("a || b && c *.js", "a || b && exec c *.js"),
    ("node a & node b", "node a & node b"),
    ("a | b", "a | b"),
    ("cd app", "cd app"),
    ("a && cd app", "a && cd app"),
    ("if true; then a; fi", "if true; then a; fi"),
    ("(a; b)", "(a; b)"),
    ("node $(which x)", "node $(which x)"),
    ("exec node x", "exec node x"),
    ("A=1", "A=1"),
    ("a && B=1", "a && B=1"),
    ('node "open', 'node "open'),
    ("$CMD", "$CMD"),
    ("node a\nnode b", "node a\nnode b"),
]


@pytest.mark.parametrize(("text", "words"), PLAIN)
def test_a_command_without_shell_syntax_is_run_without_a_shell(text: str, words: tuple[str, ...]) -> None:
    assert commands.exec_list(text, "staging") == words


@pytest.mark.parametrize(("text", "script"), SHELL)
def test_a_shell_steps_aside_where_it_has_no_more_work(text: str, script: str) -> None:
    assert commands.exec_list(text, "staging") == ("/bin/sh", "-c", script)


def test_a_list_is_run_as_it_is() -> None:
    assert commands.exec_list(("a b", "$X", "{environment}"), "staging") == ("a b", "$X", "staging")
