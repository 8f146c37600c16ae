"""Whatever a clue's pattern matches holds one of the clue's words: else it would never be found."""

import importlib
import pkgutil

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fairway.build import detect
from fairway.build.detect.clue import Clue

MODULES = [importlib.import_module(f"{detect.__name__}.{each.name}") for each in pkgutil.iter_modules(detect.__path__)]
CLUES = {
    f"{module.__name__.rpartition('.')[2]}.{name}": found
    for module in MODULES
    for name, found in vars(module).items()
    if isinstance(found, Clue)
}


@pytest.mark.parametrize("name", sorted(CLUES))
@settings(max_examples=8)
@given(st.data())
def test_every_match_of_a_clue_holds_one_of_its_words(name: str, data: st.DataObject) -> None:
    """The pattern alone finds nothing more than the clue does."""
    clue = CLUES[name]
    match = clue.pattern.search(data.draw(st.from_regex(clue.pattern)))
    assert match is not None
    assert any(word in match[0] for word in clue.words), match[0]


def test_a_clue_finds_what_its_pattern_finds() -> None:
    """And nothing where its words are not."""
    clue = Clue(r"\bsetGlobalPrefix\((\w*)", "setGlobalPrefix(")
    text = "app.setGlobalPrefix(one); resetGlobalPrefix(none); setGlobalPrefix(two)"
    assert [match[1] for match in clue.finditer(text)] == ["one", "two"]
    assert (found := clue.search(text)) is not None
    assert found[1] == "one"
    assert clue.search("app.use(one)") is None
    assert list(clue.finditer("")) == []
