"""What may be said of a backup, and what the vault may be rid of: the rules by which VERIFIED stays true.

A record is made before its file, and says FAILED before its file goes. So a server that dies anywhere leaves a record
that says TAKEN at the most, a file whose record says so, or a half-written file; each of these the next one finds here.
"""

from collections.abc import Collection, Sequence
from dataclasses import replace

from fairway.domain.backup import Backup, Drill, Verdict

Key = tuple[str, int]
"""A backup by app and number."""
SHOWN = 3
"""How many differences a cause names."""
DRILLS = 20
"""How many drills a record keeps."""
INTERRUPTED = "the server ended while it was made"


def file_name(app: str, number: int) -> str:
    """`shop-api.12.backup`; an app's name has no dot."""
    return f"{app}.{number}.backup"


def owner(file: str) -> Key | None:
    """Whose file has that name; None for what is no backup's."""
    app, _, rest = file.partition(".")
    number, _, ending = rest.partition(".")
    return (app, int(number)) if ending == "backup" and number.isascii() and number.isdigit() else None


def failed(backup: Backup, cause: str) -> Backup:
    """It holds nothing any more."""
    return replace(backup, verdict=Verdict.FAILED, cause=cause, bytes=0, digest="", file="", snapshot="")


def verified(backup: Backup, *, seconds: float) -> Backup:
    """What was restored from it is what was in the database."""
    return replace(backup, verdict=Verdict.VERIFIED, verifying=seconds, cause="")


def drilled(backup: Backup, drill: Drill) -> Backup:
    """With one drill more. It keeps its verdict: a drill may fail for many reasons that are not the backup's."""
    return replace(backup, drills=(*backup.drills, drill)[-DRILLS:])


def sentence(differences: Sequence[str]) -> str:
    """The first differences, and how many more there are."""
    more = len(differences) - SHOWN
    return "; ".join(differences[:SHOWN]) + (f"; and {more} more" if more > 0 else "")


def expected(size: int, previous: Backup | None) -> int:
    """How many bytes the file of a database of that size will have, before anybody knows: as many as the last one and a
    tenth; without one a quarter of the database, since indexes are not in a dump and text halves when it is
    compressed."""
    return previous.bytes + previous.bytes // 10 if previous is not None else size // 4


def interrupted(backups: Sequence[Backup], busy: Collection[Key]) -> Sequence[Backup]:
    """Those that nobody goes on with: a server died while it made them. `busy` are those that this one makes."""
    return [each for each in backups if each.verdict is Verdict.TAKEN and (each.app, each.number) not in busy]


def files_to_go(files: Sequence[str], app: str, backups: Sequence[Backup], busy: Collection[Key]) -> Sequence[str]:
    """The files of an app's backups that are of no use to anybody.

    One whose backup FAILED; and one without a record, as long as there is a record of a newer backup: that shows that
    this store is the one that made it. Where there is none the files may be another store's (an older copy of this one
    was put back, say), and stay.
    """
    verdicts = {each.number: each.verdict for each in backups}
    newest = max(verdicts, default=0)
    going = []
    for file in files:
        key = owner(file)
        if key is None or key[0] != app or key in busy:
            continue
        verdict = verdicts.get(key[1])
        if verdict is Verdict.FAILED or (verdict is None and key[1] < newest):
            going.append(file)
    return going
