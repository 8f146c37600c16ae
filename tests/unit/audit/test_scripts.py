"""The scripts start:ENVIRONMENT: when one is missing, what it would be, and how it is added to package.json."""

import json

import pytest

from fairway.build.audit import scripts
from fairway.build.detect import detect
from fairway.manifest import load

TWO = 'app = "app"\n[environments.staging]\n[environments.production]\n'
START = b'{ "scripts": { "start": "node server.js" } }\n'


class Files:
    """A repository as a dictionary."""

    def __init__(self, files: dict[str, bytes]) -> None:
        self.content = files

    def read(self, path: str) -> bytes | None:
        return self.content.get(path)

    def files(self) -> tuple[str, ...]:
        return tuple(sorted(self.content))


def missing(package: bytes, manifest: str = TWO) -> list[str]:
    tree = Files({"package.json": package, "server.js": b"require('http').createServer().listen(process.env.PORT)\n"})
    found = scripts.missing(tree, detect.detect(tree), load.load(manifest))
    return [each.what.split()[4].rstrip(",") for each in found]


@pytest.mark.parametrize(
    ("package", "manifest", "names"),
    [
        (START, TWO, ["start:staging", "start:production"]),
        (START.replace(b'"start"', b'"start:staging": "node .", "start"'), TWO, ["start:production"]),
        (START, 'app = "app"\n', []),
        (START, TWO + '[services.web]\ncommand = "node server.js"\n', []),
        (START, TWO + '[services.worker]\ncommand = "node worker.js"\n', []),
        (START, TWO + '[environments.staging.services.web]\ncommand = "node server.js"\n', ["start:production"]),
        (b'{ "scripts": {} }', TWO, []),
        (b'{ "scripts": 3 }', TWO, []),
        (b'{ "scripts": ', TWO, []),
        (b"\xff\xfe", TWO, []),
        (b"[]", TWO, []),
    ],
)
def test_a_script_is_missing_where_fairway_run_would_look_for_it(
    package: bytes, manifest: str, names: list[str]
) -> None:
    assert missing(package, manifest) == names


@pytest.mark.parametrize(
    ("written", "proposed"),
    [
        ({"start": "node a.js"}, "node a.js"),
        ({"start": "nodemon", "start:prod": "node a.js"}, "node a.js"),
        ({"start": "nodemon", "start:prod": "node b.js", "start:production": "node a.js"}, "node a.js"),
        ({"start": "node a.js", "prestart": "node warm.js"}, None),
        ({"start": "node a.js", "poststart": "node warm.js"}, None),
        ({"start": "prisma migrate deploy && node a.js"}, None),
        ({"start": "NODE_ENV=production nodemon a.js"}, None),
        ({"start": "node a.js", "dev": "nodemon a.js"}, "node a.js"),
        ({"build": "tsc"}, None),
        ({"start": ""}, None),
    ],
)
def test_a_script_is_made_from_the_one_for_production_where_it_would_do_the_same(
    written: dict[str, str], proposed: str | None
) -> None:
    expected = {} if proposed is None else {"start:staging": proposed}

    assert scripts.proposals(written, ["start:staging"]) == expected


NEW = '"start:staging": "node a.js"'


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ('{ "scripts": { "start": "x" } }', f'{{ "scripts": {{ "start": "x", {NEW} }} }}'),
        ('{"scripts":{"start":"x"},"a":1}', '{"scripts":{"start":"x","start:staging":"node a.js"},"a":1}'),
        (
            '{\n  "scripts": {\n    "start": "x"\n  },\n  "a": [1,2]\n}\n',
            f'{{\n  "scripts": {{\n    "start": "x",\n    {NEW}\n  }},\n  "a": [1,2]\n}}\n',
        ),
        (
            '{\r\n\t"scripts": {\r\n\t\t"a": "x"\r\n\t}\r\n}',
            f'{{\r\n\t"scripts": {{\r\n\t\t"a": "x",\r\n\t\t{NEW}\r\n\t}}\r\n}}',
        ),
        ('\ufeff{ "scripts": { "a": "x" } }', f'\ufeff{{ "scripts": {{ "a": "x", {NEW} }} }}'),
        (
            '{ "nx": { "scripts": { "a": "x" } }, "scripts": { "a": "}" } }',
            f'{{ "nx": {{ "scripts": {{ "a": "x" }} }}, "scripts": {{ "a": "}}", {NEW} }} }}',
        ),
        (
            '{ "scripts": { "a": "1" }, "scripts": { "b": "2" } }',
            f'{{ "scripts": {{ "a": "1" }}, "scripts": {{ "b": "2", {NEW} }} }}',
        ),
    ],
)
def test_a_script_is_added_in_the_form_that_the_file_has(before: str, after: str) -> None:
    content = scripts.with_scripts(before.encode(), {"start:staging": "node a.js"})

    assert content is not None
    assert content.decode() == after
    assert json.loads(content.decode("utf-8-sig"))["scripts"]["start:staging"] == "node a.js"


@pytest.mark.parametrize(
    "before",
    [
        b"",
        b"[]",
        b"\xff",
        b'{ "scripts": {',
        b'{ "scripts": {} }',
        b'{ "scripts": 1 }',
        b'{ "a": { "scripts": { "b": "c" } } }',
    ],
)
def test_a_file_whose_form_would_not_stay_is_left_alone(before: bytes) -> None:
    assert scripts.with_scripts(before, {"start:staging": "node a.js"}) is None
