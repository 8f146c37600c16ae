"""Native modules that do not compile on the image's Node.js are told before the build."""

import json

import pytest

from support.detect_room import detected, package


def told(files: dict[str, str], node: str = "22") -> list[str]:
    """What is said of native modules, for an app on that Node.js."""
    problems = detected({".nvmrc": node, "live.js": "", **files}).problems
    return [problem.what for problem in problems if "can't be installed" in problem.what]


def app(**fields: object) -> str:
    """An app's package.json."""
    return package(scripts={"start": "node live.js"}, **fields)


@pytest.mark.parametrize(
    ("name", "wanted", "node", "said"),
    [
        ("bcrypt", "^3.0.8", "22", True),
        ("bcrypt", "3.0.6", "20.11", True),
        ("bcrypt", "^3.0.8", "18", False),
        ("bcrypt", "^4.0.1", "22", False),
        ("bcrypt", ">=3", "22", False),
        ("bcrypt", "latest", "22", False),
        ("bcrypt", "github:kelektiv/node.bcrypt.js", "22", False),
        ("better-sqlite3", "^7.6.2", "20", True),
        ("better-sqlite3", "^8.7.0", "20", False),
        ("better-sqlite3", "~9.4.0", "22", True),
        ("better-sqlite3", "^9.0.0", "22", False),
        ("canvas", "^2.11.2", "22", True),
        ("canvas", "^2.11.2", "20", False),
        ("canvas", "^3.0.0", "22", False),
        ("node-sass", "^4.14.1", "16", True),
        ("node-sass", "^9.0.0", "22", False),
        ("fibers", "*", "16", True),
        ("sqlite3", "^4.2.0", "22", False),
    ],
)
def test_a_version_that_ends_before_the_image_s_node_is_told(name: str, wanted: str, node: str, said: bool) -> None:
    found = told({"package.json": app(dependencies={name: wanted})}, node)

    assert found == ([f"{name} {wanted} can't be installed on Node.js {node[:2]}"] if said else [])


@pytest.mark.parametrize(
    ("lock", "text"),
    [
        ("package-lock.json", json.dumps({"packages": {"": {}, "node_modules/better-sqlite3": {"version": "9.4.3"}}})),
        ("package-lock.json", json.dumps({"dependencies": {"better-sqlite3": {"version": "9.4.3"}}})),
        ("yarn.lock", 'better-sqlite3@^9.0.0:\n  version "9.4.3"\n'),
        ("yarn.lock", '__metadata:\n  version: 8\n\n"better-sqlite3@npm:^9.0.0":\n  version: 9.4.3\n'),
        ("pnpm-lock.yaml", "lockfileVersion: '6.0'\npackages:\n  /better-sqlite3@9.4.3:\n    resolution: {}\n"),
        ("pnpm-lock.yaml", "lockfileVersion: '9.0'\npackages:\n  better-sqlite3@9.4.3:\n    resolution: {}\n"),
    ],
)
def test_the_lock_file_says_which_version_of_a_range_it_is(lock: str, text: str) -> None:
    manifest = app(dependencies={"better-sqlite3": "^9.0.0"})

    old = told({"package.json": manifest, lock: text})
    new = told({"package.json": manifest, lock: text.replace("9.4.3", "9.6.0")})

    assert (old, new) == (["better-sqlite3 9.4.3 can't be installed on Node.js 22"], [])


def test_an_optional_module_may_fail() -> None:
    assert told({"package.json": app(optionalDependencies={"fibers": "5.0.3"})}) == []


def test_the_advice_names_a_node_that_is_maintained_longest() -> None:
    detection = detected({"package.json": app(devDependencies={"canvas": "2.11.2"}), "live.js": ""})

    advice = next(problem.fix for problem in detection.problems if "canvas" in problem.what)
    assert advice == "npm install canvas@latest, or write 20 into .nvmrc"
