"""Whatever a repository holds, reading its contract ends, raises nothing, and names nothing that is not there."""

import random

from hypothesis import given, settings
from hypothesis import strategies as st

from fairway.build.contract import python, script
from support import contract_corpus
from support.examples import examples

SOURCES = sorted(
    (path.suffix, path.read_bytes())
    for path in contract_corpus.FOLDER.rglob("*")
    if path.suffix in (".js", ".ts", ".py") and path.stat().st_size > 0
)
PIECES = (
    b"(",
    b")",
    b"{",
    b"}",
    b"[",
    b"]",
    b"`",
    b"'",
    b'"',
    b"${",
    b"...",
    b"?.",
    b"!",
    b"=>",
    b"\n",
    b"\\",
    b"\xff",
    b"if ",
)


def damage(content: bytes, chance: random.Random) -> bytes:
    """The content with a few things cut out, moved or put in."""
    for _ in range(chance.randint(1, 4)):
        start = chance.randrange(len(content) + 1)
        end = min(len(content), start + chance.randrange(50))
        match chance.randrange(3):
            case 0:
                content = content[:start] + content[end:]
            case 1:
                content = content[:start] + chance.choice(PIECES) + content[start:]
            case _:
                at = chance.randrange(len(content) + 1)
                content = content[:at] + content[start:end] + content[at:]
    return content


@settings(max_examples=examples(300), deadline=None)
@given(st.sampled_from(SOURCES), st.randoms(use_true_random=False))
def test_a_damaged_source_is_read_and_names_only_what_stands_in_it(
    source: tuple[str, bytes], chance: random.Random
) -> None:
    suffix, content = source
    damaged = damage(content, chance)

    found = python.read("a.py", damaged, main=True) if suffix == ".py" else script.read("a", damaged, suffix)

    text = damaged.decode("utf-8", "replace").upper()
    # pydantic's names are made of prefix and field, and django-environ has names of its own.
    written = [use for use in found.uses if "pydantic" not in use.how and ".db(" not in use.how]
    assert [use.name for use in written if use.name.upper() not in text] == []
    assert all(1 <= use.line <= damaged.count(b"\n") + 1 for use in found.uses)
