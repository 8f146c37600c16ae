"""A Dockerfile in the words of a frontend that knows no here-documents."""

import json
import subprocess
from pathlib import Path

import pytest

from fairway.domain.dockerfile_lowering import lower


def words(line: str) -> list[str]:
    """The list form of a RUN instruction."""
    found: list[str] = json.loads(line[line.index("[") :])
    return found


def test_a_document_of_commands_becomes_the_list_form_and_lines_keep_their_numbers() -> None:
    lines = lower("FROM a\nRUN --mount=type=cache,target=/x <<EOF\nset -e\necho one\nEOF\nCMD x\n").splitlines()

    assert lines[1].startswith("RUN --mount=type=cache,target=/x [")
    assert words(lines[1]) == ["/bin/sh", "-c", "set -e\necho one"]
    assert lines[2:] == ["#", "#", "#", "CMD x"]


def test_a_document_for_a_command_is_left_to_the_shell() -> None:
    lines = lower('FROM a\nSHELL ["/bin/bash", "-c"]\nRUN python3 <<PY\nprint(1)\nPY\n').splitlines()

    assert words(lines[2]) == ["/bin/bash", "-c", "python3 <<PY\nprint(1)\nPY"]


def test_a_copied_document_is_written_by_root_for_the_image_user(tmp_path: Path) -> None:
    text = "FROM a\nUSER node\nCOPY --chmod=600 <<EOF conf/app.ini\nname=$NAME `id` $(id)\nEOF\n"

    lines = lower(text).splitlines()
    subprocess.run(words(lines[3]), cwd=tmp_path, env={"NAME": "shop", "PATH": "/usr/bin:/bin"}, check=True)

    assert (lines[2], lines[4]) == ("USER root", "USER node")
    assert (tmp_path / "conf/app.ini").read_text() == "name=shop `id` $(id)\n"
    assert (tmp_path / "conf/app.ini").stat().st_mode & 0o777 == 0o600


def test_a_quoted_document_is_copied_as_it_stands(tmp_path: Path) -> None:
    lines = lower("FROM a\nCOPY <<'one.txt' <<two.txt dir/\n$HOME\none.txt\nsecond\ntwo.txt\n").splitlines()

    subprocess.run(words(lines[1]), cwd=tmp_path, check=True)

    assert (tmp_path / "dir/one.txt").read_text() == "$HOME\n"
    assert (tmp_path / "dir/two.txt").read_text() == "second\n"


def test_link_is_left_out_and_the_rest_stays() -> None:
    assert lower("FROM a\nCOPY --link --from=b \\\n  /x /y\nADD --link=true x y\n") == (
        "FROM a\nCOPY --from=b \\\n  /x /y\nADD x y\n"
    )


@pytest.mark.parametrize(
    "text",
    [
        "FROM a\nRUN echo '<<EOF' && true\nCOPY a b\n",
        "FROM a\nRUN <<EOF\n#!/usr/bin/env python3\nprint(1)\nEOF\n",
        "FROM a\nRUN <<EOF\nwithout an end\n",
        "FROM a\nCOPY other <<EOF /x/\nbody\nEOF\n",
        "",
    ],
)
def test_what_needs_no_other_words_or_has_none_is_left_as_it_is(text: str) -> None:
    assert lower(text).strip() == text.strip()
