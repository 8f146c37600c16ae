"""What an env file gives, and what it is refused for."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fairway.environment import envfile
from fairway.errors import UsageError


def problems(text: str | bytes) -> list[tuple[int, str, str]]:
    with pytest.raises(UsageError) as raised:
        envfile.parse(text.encode() if isinstance(text, str) else text)
    return [(finding.line, finding.key, finding.message) for finding in raised.value.findings]


def test_names_quotes_comments_and_exports_are_read() -> None:
    text = """\ufeff# a comment

PORT=3000
export NAME="Ünïcode ✓"
EMPTY=
SINGLE='it is $5 # no comment'
MULTI="one
two"   # a comment
SPACED = x y  # a comment
"""

    assert envfile.parse(text.encode()) == {
        "PORT": "3000",
        "NAME": "Ünïcode ✓",
        "EMPTY": "",
        "SINGLE": "it is $5 # no comment",
        "MULTI": "one\ntwo",
        "SPACED": "x y",
    }


def test_dollars_stay_as_they_are() -> None:
    assert envfile.parse(b"A=x\nPASSWORD=a${A}$b") == {"A": "x", "PASSWORD": "a${A}$b"}


def test_every_wrong_line_is_named() -> None:
    text = 'GOOD=1\n\n\n2BAD=x\nNO_VALUE\nGOOD=2\nOPEN="never closed\nMY-NAME=y\n'

    assert problems(text) == [
        (4, "2BAD", "a name has letters, digits and underscores, and does not start with a digit"),
        (5, "NO_VALUE", "there is no = after the name"),
        (6, "GOOD", "it is already set on line 1"),
        (7, "", "this line is no NAME=value"),
        (8, "MY-NAME", "a name has letters, digits and underscores, and does not start with a digit"),
    ]


def test_no_value_stands_in_the_error() -> None:
    with pytest.raises(UsageError) as raised:
        envfile.parse(b'2BAD=hunter2\nX="hunter2\nA=1\nA=hunter2')

    assert "hunter2" not in str([raised.value.what, raised.value.why, raised.value.hint, raised.value.findings])


def test_a_nul_is_refused() -> None:
    assert problems("A=x\0y") == [(1, "A", "a value can't hold a NUL character")]


def test_a_value_that_no_process_could_be_started_with_is_refused() -> None:
    assert problems("A=" + "x" * 131_072)[0][2] == "a variable is at most 128 kB long"


def test_a_file_above_a_megabyte_is_refused() -> None:
    with pytest.raises(UsageError, match="too long"):
        envfile.parse(b"A=1\n" * 300_000)


def test_what_is_no_text_is_refused_with_its_line() -> None:
    assert problems(b"A=1\nB=\xff\n") == [(2, "", "this is not UTF-8 text")]


def test_an_empty_file_has_no_variables() -> None:
    assert envfile.parse(b"") == {}
    assert envfile.parse(b"\n# nothing\r\n\r\n") == {}


@given(st.binary(max_size=200))
def test_whatever_comes_is_read_or_refused(data: bytes) -> None:
    try:
        values = envfile.parse(data)
    except UsageError:
        return
    assert all(envfile.NAME.fullmatch(name) for name in values)


@given(
    st.dictionaries(
        st.from_regex(envfile.NAME, fullmatch=True), st.text(st.characters(codec="utf-8", exclude_characters="\0"))
    )
)
def test_what_is_written_is_read_again(values: dict[str, str]) -> None:
    assert envfile.parse(envfile.render(values).encode()) == values


def test_a_value_is_written_as_plainly_as_can_be() -> None:
    values = {"A": "x/1", "B": "two words", "C": "it's", "D": "a\\b", "E": 'it\'s "$5"'}

    assert envfile.render(values) == "A=x/1\nB='two words'\nC=\"it's\"\nD='a\\\\b'\nE='it\\'s \"$5\"'\n"
