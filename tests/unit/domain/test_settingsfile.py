"""The settings of an installed server: written so that systemd and Fairway read them alike, and never shown whole."""

import pytest

from fairway.domain import settingsfile
from fairway.errors import UsageError

FILE = "/etc/fairway/server.env"
NASTY = {
    "A": "with spaces  inside ",
    "B": 'a "quoted" word',
    "C": "it's",
    "D": "$HOME `id` 100% \\ \\n #no ;comment",
    "E": "ünïcode",
    "F": "=x=",
    "G": "",
}


def test_what_is_written_is_read_back_as_it_was() -> None:
    assert settingsfile.parse(settingsfile.render(NASTY), FILE) == NASTY


def test_what_systemd_would_take_for_its_own_is_escaped() -> None:
    assert settingsfile.quote("A", 'x"\\`$%') == '"x\\"\\\\\\`\\$%"'


@pytest.mark.parametrize("value", ["a\nB=1", "a\rb", "a\0b", "\x1b[0m"])
def test_a_value_with_a_line_break_is_refused_and_not_shown(value: str) -> None:
    with pytest.raises(UsageError) as caught:
        settingsfile.render({"FAIRWAY_DATABASE_URL": value})

    assert "FAIRWAY_DATABASE_URL" in caught.value.what
    assert value not in f"{caught.value.what} {caught.value.why} {caught.value.hint}"


def test_what_people_write_by_hand_is_read() -> None:
    text = "# mine\n; too\n\n A = plain value \nB='s $x'\nC=\nD=a\nD=b\n"

    assert settingsfile.parse(text, FILE) == {"A": "plain value", "B": "s $x", "C": "", "D": "b"}


@pytest.mark.parametrize(
    "line", ["PASSWORD", "export A=hush", '1A="hush"', 'A="hush', "A=hush\\", "A='hu'sh", 'A="h"h"']
)
def test_a_line_that_could_be_read_in_two_ways_is_refused_by_its_number(line: str) -> None:
    with pytest.raises(UsageError, match=f"line 2 of {FILE}") as caught:
        settingsfile.parse(f"A=1\n{line}\n", FILE)

    assert "hush" not in f"{caught.value.what} {caught.value.why} {caught.value.hint}"


@pytest.mark.parametrize(
    ("shell", "holds"),
    [
        ({}, {"FAIRWAY_HOME": "/srv/f", "FAIRWAY_PORT": "80"}),
        ({"FAIRWAY_HOME": "/srv/f/"}, {"FAIRWAY_HOME": "/srv/f/", "FAIRWAY_PORT": "80"}),
        ({"FAIRWAY_PORT": "81"}, {"FAIRWAY_HOME": "/srv/f", "FAIRWAY_PORT": "81"}),
        ({"FAIRWAY_PORT": ""}, {"FAIRWAY_HOME": "/srv/f", "FAIRWAY_PORT": ""}),
        ({"FAIRWAY_HOME": ""}, {"FAIRWAY_HOME": "/srv/f", "FAIRWAY_PORT": "80"}),
        ({"FAIRWAY_HOME": "/home/ada"}, {"FAIRWAY_HOME": "/home/ada"}),
    ],
)
def test_the_shell_comes_first_and_another_home_is_another_server(shell: dict[str, str], holds: dict[str, str]) -> None:
    assert settingsfile.effective(shell, {"FAIRWAY_HOME": "/srv/f", "FAIRWAY_PORT": "80"}) == holds


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        ("8080", "8080"),
        ("postgresql://ada:p@ss/word@db/f", "postgresql://•••@db/f"),
        ("http://token@proxy:3128", "http://•••@proxy:3128"),
        (
            "postgresql://db/f?user=ada&password=p&sslmode=require",
            "postgresql://db/f?user=ada&password=•••&sslmode=require",
        ),
        ("ops@example.org", "ops@example.org"),
        ("ada:s3cret@proxy:3128", "•••@proxy:3128"),
        ("ada:p/a:s@s@proxy", "•••@proxy"),
        ("proxy:3128", "proxy:3128"),
        ("unix:///var/run/docker.sock", "unix:///var/run/docker.sock"),
    ],
)
def test_a_password_is_masked(value: str, shown: str) -> None:
    assert settingsfile.shown(value) == shown


def test_what_changes_is_told_without_passwords() -> None:
    old = {"A": "1", "B": "2", "C": "x://u:one@h", "E": "5"}

    told = settingsfile.differences(old, {"A": "1", "B": "3", "C": "x://u:two@h", "D": "4"})

    assert told == ["B=3 (it was 2)", "C has another password", "D=4", "E is not set any more (it was 5)"]
