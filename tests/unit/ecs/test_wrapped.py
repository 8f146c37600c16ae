"""A command as ECS Exec takes it, what is typed into it, and what of a session's output is the command's."""

import itertools
import shlex

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fairway.adapters.ecs import typed
from fairway.adapters.ecs.typed import Typing
from fairway.adapters.ecs.wrapped import Heard, wrap

SESSION = "ecs-execute-command-0a1b"
OPENING = f"\nStarting session with SessionId: {SESSION}\n".encode()
CLOSING = f"\n\nExiting session with sessionId: {SESSION}.\n\n".encode()
BEGIN, END = b"\x1b]fairway;n0;begin\x07", b"\x1b]fairway;n0;007\x07"


def heard(*pieces: bytes) -> tuple[bytes, Heard]:
    found = Heard("n0", SESSION)
    output = b"".join(map(found.feed, pieces))
    return output + found.rest(), found


@pytest.mark.parametrize("tty", [True, False])
def test_the_text_is_split_into_the_commands_own_words(tty: bool) -> None:
    command = ["it's", "", "$HOME", "a b", "#"]

    words = shlex.split(wrap(command, "n0", tty=tty))

    assert words[:2] == ["sh", "-c"]
    assert words[3:] == ["fairway", *command]


def test_the_text_itself_has_no_mark() -> None:
    for tty in (True, False):
        assert "\x1b" not in wrap(["true"], "n0", tty=tty)


@given(st.binary(max_size=40), st.lists(st.integers(0, 160), max_size=6))
def test_the_output_is_what_stands_between_the_marks_however_it_comes(output: bytes, cuts: list[int]) -> None:
    said = OPENING + BEGIN + output + END + CLOSING
    at = [0, *sorted(cuts), len(said)]
    pieces = [said[first:last] for first, last in itertools.pairwise(at)]

    found, session = heard(*pieces)

    assert (found, session.begun, session.status) == (output, True, 7)


def test_only_what_may_be_a_mark_is_held_back() -> None:
    session = Heard("n0", SESSION)
    session.feed(BEGIN)

    assert session.feed(b"name: ") == b"name: "
    assert session.feed(b"\x1b[31mred") == b"\x1b[31mred"
    assert session.feed(b"a\x1b]fair") == b"a"
    assert session.feed(b"y dust") == b"\x1b]fairy dust"


def test_another_sessions_mark_is_output() -> None:
    other = b"\x1b]fairway;n1;007\x07"

    assert heard(BEGIN + other + b"x" + END)[0] == other + b"x"


def test_what_is_said_of_a_command_that_never_began_is_why() -> None:
    output, session = heard(OPENING, f"\n\nSessionId: {SESSION} : no sh\nin it\n\n".encode())

    assert (output, session.begun, session.words()) == (b"", False, "no sh in it")


def test_a_shells_complaint_before_the_command_is_why() -> None:
    _, session = heard(OPENING, b"fairway: 1: stty: not found\r\n", CLOSING)

    assert session.words() == "fairway: 1: stty: not found"


def test_the_end_of_a_session_is_no_output() -> None:
    output, session = heard(BEGIN + b"half a line", f"\n\nSessionId: {SESSION} : timed out\n\n".encode())

    assert (output, session.status, session.words()) == (b"half a line", None, "timed out")


def test_on_a_terminal_keys_are_keys() -> None:
    typing = Typing(tty=True)

    assert (typing.encode(b"\x03~.\r"), typing.encode(b"")) == (b"\x03~.\r", b"\x04")


def test_into_a_pipe_every_key_is_made_plain_and_a_piece_is_handed_on() -> None:
    typing = Typing(tty=False)

    assert typing.encode(b"a\tb\n") == b"a\tb\n"
    assert typing.encode(b"\x03\x04\x16\r~") == b"\x16\x03\x16\x04\x16\x16\x16\r\x16~\x04"
    assert typing.encode(b"") == b"\x04"


def test_a_line_is_never_longer_than_a_terminal_takes() -> None:
    sent = Typing(tty=False).encode(b"x" * 5000 + b"\n" + b"y" * 1000)

    parts = sent.replace(b"\n", b"\x04").split(b"\x04")
    assert max(map(len, parts)) == typed.LONGEST
    assert sent.replace(b"\x04", b"") == b"x" * 5000 + b"\n" + b"y" * 1000
