"""What a folder needs from beside it is told: only workspaces are installed together."""

import pytest

from support.detect_room import detected, package

SHARED = package(name="@shop/shared", version="1.2.0")


def app(**dependencies: str) -> str:
    """The package.json of a backend that needs these."""
    return package(name="api", scripts={"start": "node live.js"}, dependencies={"express": "5", **dependencies})


@pytest.mark.parametrize(
    ("files", "listed"),
    [
        (
            {
                "lerna.json": '{"packages": ["packages/*"]}',
                "package.json": package(scripts={"bootstrap": "lerna bootstrap"}),
                "packages/api/package.json": app(**{"@shop/shared": "^1.2.0"}),
                "packages/api/live.js": "",
                "packages/shared/package.json": SHARED,
            },
            '"workspaces": ["packages/*"]',
        ),
        (
            {
                "server/package.json": app(shared="file:../shared"),
                "server/live.js": "",
                "shared/package.json": SHARED,
            },
            '"workspaces": ["server", "shared"]',
        ),
        (
            {
                "package.json": package(scripts={"start": "npm start --prefix server"}),
                "server/package.json": app(shared="link:../shared"),
                "server/live.js": "",
                "shared/package.json": SHARED,
            },
            '"workspaces": ["server", "shared"]',
        ),
    ],
    ids=["lerna", "a path", "a root that starts it"],
)
def test_a_package_of_a_folder_beside_the_app_is_told(files: dict[str, str], listed: str) -> None:
    problems = [problem for problem in detected(files).problems if "beside it" in problem.what]

    assert [problem.where.rpartition("/")[2] for problem in problems] == ["package.json"]
    assert listed in problems[0].fix
    assert not problems[0].fatal


@pytest.mark.parametrize(
    "files",
    [
        {"server/package.json": app(shared="file:./shared"), "server/shared/package.json": SHARED},
        {"server/package.json": app(lodash="4"), "page/package.json": package(name="page")},
        {
            "package.json": package(workspaces=["server", "shared"]),
            "server/package.json": app(**{"@shop/shared": "*"}),
            "shared/package.json": SHARED,
        },
    ],
    ids=["below it", "nothing", "workspaces"],
)
def test_what_is_installed_with_the_app_needs_no_word(files: dict[str, str]) -> None:
    assert [problem for problem in detected(files).problems if "beside it" in problem.what] == []
