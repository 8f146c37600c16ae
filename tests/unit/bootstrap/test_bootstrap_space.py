"""Whose databases a server makes smaller at its start."""

from pathlib import Path

import pytest

from fairway.adapters.store import space
from fairway.bootstrap import ground
from fairway.settings import Settings


@pytest.mark.parametrize(
    ("url", "names"),
    [("", ["fairway.db", "dbos.db"]), ("postgresql://there/fairway", ["dbos.db"])],
    ids=["alone", "servers that share a store"],
)
async def test_only_what_this_homes_server_alone_opens(
    url: str, names: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    given: list[Path] = []
    monkeypatch.setattr(space, "give_back", given.append)

    await ground.give_back_space(Settings(home=tmp_path, database_url=url))

    assert given == [tmp_path / name for name in names]
