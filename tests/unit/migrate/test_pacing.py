"""Lines about how far something long has come."""

from fairway.migrate.pacing import Paced
from fairway.ports.databases import Progress


def test_a_line_has_what_was_done_of_how_much() -> None:
    said: list[str] = []

    Paced(lambda: 100.0, said.append).report(Progress(doing="restoring", done=250, total=1_000))

    assert said == ["restoring: 250 B of 1000 B, 25 %"]


def test_what_has_no_known_end_has_no_share() -> None:
    said: list[str] = []

    Paced(lambda: 100.0, said.append).report(Progress(doing="restoring", done=250, total=0))

    assert said == ["restoring: 250 B"]


def test_a_report_too_soon_after_a_line_is_none() -> None:
    said: list[str] = []
    now = [100.0]
    paced = Paced(lambda: now[0], said.append)

    for second in range(21):
        now[0] = 100.0 + second
        paced.report(Progress(doing="restoring", done=second + 1, total=100))

    assert [line.rpartition(", ")[2] for line in said] == ["1 %", "11 %", "21 %"]


def test_what_has_not_begun_is_not_told() -> None:
    said: list[str] = []

    Paced(lambda: 100.0, said.append).report(Progress(doing="restoring", done=0, total=1_000))

    assert said == []
