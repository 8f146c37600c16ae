"""A repository is anybody's: whatever lies in it, the contract is read in bounded time and says what it left out."""

import itertools
from pathlib import Path

import pytest

from fairway.build.contract import reader
from fairway.build.detect.tree import Directory
from fairway.domain.contract import Contract, Need
from fairway.domain.detection import Detection, Kind

pytestmark = pytest.mark.lengthy

APP = Detection(kind=Kind.NODE)


class Files:
    """A repository as a dictionary."""

    def __init__(self, **files: bytes) -> None:
        self.content = files

    def read(self, path: str) -> bytes | None:
        return self.content.get(path)

    def files(self) -> tuple[str, ...]:
        return tuple(sorted(self.content))


def read(**files: bytes) -> Contract:
    return reader.read(Files(**files), APP)


def test_a_link_out_of_the_repository_is_not_followed(tmp_path: Path) -> None:
    outside = tmp_path / "outside.js"
    outside.write_text("process.env.SECRET_OF_THE_HOST")
    inside = tmp_path / "repository"
    inside.mkdir()
    (inside / "index.js").symlink_to(outside)

    found = reader.read(Directory(inside), APP)

    assert found.variables == ()


def test_a_file_that_is_too_long_is_left_out_and_told() -> None:
    found = read(**{"index.js": b"process.env.A\n", "huge.js": b"process.env.B;" * 50_000})

    assert [each.name for each in found.variables] == ["A"]
    assert "512 kB" in found.partial


def test_a_binary_file_with_the_name_of_a_source_gives_nothing() -> None:
    found = read(**{"index.js": b"\x00\x01process.env.A" + bytes(range(256))})

    assert found.variables == ()


def test_deep_nesting_is_read_without_recursion() -> None:
    deep = b"(" * 100_000 + b"process.env.A" + b")" * 100_000

    found = read(**{"index.js": b"const b = process.env.B\n" + deep, "deep.py": b"import os\n" + b"[" * 100_000})

    assert "B" in [each.name for each in found.variables]


def test_a_long_chain_of_members_is_read_in_time() -> None:
    found = read(**{"index.js": b"const b = process.env.B\nprocess.env" + b".a" * 100_000})

    assert "B" in [each.name for each in found.variables]


def test_broken_syntax_hides_only_what_is_broken() -> None:
    found = read(**{"index.js": b"const a = process.env.A || 'x'\n}}}} else {{ (\nfoo(process.env.B)"})

    assert found.find("A") is not None


def test_a_name_that_is_no_variables_is_no_variable() -> None:
    found = read(**{"index.js": b"process.env['a b']; process.env['A=B']; process.env['']; process.env['\\n']"})

    assert found.variables == ()
    assert len(found.dynamic) == 1


def test_files_that_import_each_other_in_a_circle_are_read_once() -> None:
    found = read(
        **{
            "index.js": b"require('./a')",
            "a.js": b"require('./b'); if (!process.env.A) throw 1",
            "b.js": b"require('./a'); require('./index')",
        }
    )

    assert [each.name for each in found.required] == ["A"]


def test_reading_stops_after_its_time_and_says_so() -> None:
    ticks = itertools.count(0.0, 3.0)
    files = {f"f{number}.js": b"process.env.A" for number in range(50)}

    found = reader.read(Files(**files), APP, clock=lambda: next(ticks))

    assert found.partial != ""


def test_twenty_thousand_files_are_read() -> None:
    files = {f"src/f{number}.js": b"module.exports = 1\n" for number in range(20_000)}

    found = read(**files, **{"index.js": b"if (!process.env.A) throw 1"})

    assert [(each.name, each.need) for each in found.variables] == [("A", Need.REQUIRED)]


def test_a_broken_package_json_keeps_nothing_from_being_read() -> None:
    found = read(**{"package.json": b"{ broken", "tsconfig.json": b"[", "index.js": b"process.env.A"})

    assert found.find("A") is not None


def test_yaml_that_grows_when_it_is_read_is_not_read() -> None:
    bomb = b"a: &a [X, X]\n" + b"".join(b"%c: &%c [*%c, *%c]\n" % (n + 1, n + 1, n, n) for n in range(97, 120))

    found = read(**{"config/custom-environment-variables.yaml": bomb, "index.js": b"process.env.A"})

    assert [each.name for each in found.variables] == ["A"]


@pytest.mark.timeout(60)
def test_texts_that_make_patterns_slow_are_read_in_time() -> None:
    size = 500_000
    files = {
        "index.js": b"import" + b" " * size + b"\nprocess.env.A",
        "one_line.js": b"require('./a');" * (size // 15),
        "index.py": b"from a import (\n" * (size // 16),
        ".env": b"\n" * size,
        "start.sh": b"node a/" + b"a/" * (size // 2),
        "prisma/schema.prisma": b"\n" * size,
        "ecosystem.config.js": b"A" * size,
        "package.json": b'{ "scripts": { "start": "sh start.sh" } }',
    }

    found = read(**files)

    assert found.partial == ""


def test_a_type_that_no_person_writes_is_not_read_for_minutes() -> None:
    endless = b" = " * 40_000
    source = b"import { type } from 'arktype';\ntype({ A: `" + endless + b"'`, B: 'string' }).assert(process.env);\n"

    found = read(**{"index.js": source})

    assert {each.name: each.need for each in found.variables} == {"A": Need.UNKNOWN, "B": Need.REQUIRED}


def test_a_list_of_variables_that_its_reader_breaks_at_is_left_out() -> None:
    found = read(**{"index.js": b"process.env.A", "config/custom-environment-variables.yml": b"port: !!bool maybe"})

    assert [each.name for each in found.variables] == ["A"]


def test_what_nobody_writes_for_nest_or_dotenv_safe_is_read_in_time() -> None:
    asked = b"require('dotenv-safe').config({ example: 'a'" + b" " * 100_000 + b"+ b })\n"
    made = b"NestFactory.create<" * 20_000

    found = read(**{"index.js": b"import './b'\nimport './c'\nprocess.env.A\n", "b.js": asked, "c.js": made})

    assert "A" in [each.name for each in found.variables]
