"""A package.json beside an app of another language is there for its pages, and starts nothing."""

import pytest

from fairway.domain.detection import Kind
from support.detect_room import detected, package

DJANGO = {
    "requirements.txt": "Django==5.0\ngunicorn==21.2\n",
    "manage.py": 'os.environ.setdefault("DJANGO_SETTINGS_MODULE", "shop.settings")\n',
    "shop/wsgi.py": "",
}
PAGE = package(scripts={"start": "PORT=3001 react-scripts start"}, dependencies={"react-scripts": "5"})


@pytest.mark.parametrize(
    "start",
    [
        "vite",
        "npx webpack serve --config webpack/webpack.config.dev.js",
        "cross-env NODE_ENV=development webpack-dev-server --hot",
        "npm run watch",
        "gulp",
        'concurrently "python manage.py runserver" "npm run watch"',
        "python manage.py runserver",
    ],
)
def test_what_makes_a_python_app_s_pages_does_not_hide_it(start: str) -> None:
    pages = package(scripts={"start": start, "watch": "sass --watch a:b"}, devDependencies={"vite": "5"})

    detection = detected({**DJANGO, "package.json": pages})

    assert (detection.kind, detection.framework) == (Kind.PYTHON, "Django")


@pytest.mark.parametrize("start", ["node server.js", "nodemon server.js", "next start", "node $FLAGS server.js"])
def test_what_starts_an_app_of_node_counts_beside_python_files(start: str) -> None:
    files = {"package.json": package(scripts={"start": start}), "server.js": "", "requirements.txt": "numpy==2.0\n"}

    assert detected(files).kind is Kind.NODE


@pytest.mark.parametrize(
    ("mark", "scripts", "name"),
    [
        ("composer.json", {"dev": "vite", "build": "vite build"}, "PHP"),
        ("composer.json", {"prod": "npm run production", "production": "mix --production"}, "PHP"),
        ("Gemfile", {"build": "esbuild app/javascript/*.* --bundle"}, "Ruby"),
        ("go.mod", {"start": "PORT=3001 react-scripts start"}, "Go"),
        ("backend/pom.xml", {"start": "ng serve"}, "Java"),
    ],
)
def test_pages_beside_an_app_in_another_language_are_not_taken_for_the_app(
    mark: str, scripts: dict[str, str], name: str
) -> None:
    pages = package(scripts=scripts)

    beside = detected({mark: "", "compose.yaml": "services: {}", "package.json": pages})
    below = detected({mark: "", "web/package.json": package(scripts={"start": "vite"})})

    for detection in (beside, below):
        told = [problem.what for problem in detection.fatal]
        assert told == [f"the app is written for {name}, which Fairway makes no image for"]


@pytest.mark.parametrize(
    ("mark", "dependencies"),
    [("bun.lock", {"vite": "5"}), ("Gemfile", {"expo": "52"}), ("Gemfile", {"express": "4"}), ("README.md", {})],
)
def test_pages_alone_are_told_as_pages(mark: str, dependencies: dict[str, str]) -> None:
    pages = package(scripts={"start": "vite"}, dependencies=dependencies)

    detection = detected({mark: "", "package.json": pages})

    assert detection.kind is Kind.NODE
    assert any("development server" in problem.what for problem in detection.problems)


@pytest.mark.parametrize(
    ("start", "what"), [("bun index.ts", "the app runs on Bun"), ("wrangler dev", "Cloudflare Workers")]
)
def test_an_app_for_another_runtime_is_told_by_that(start: str, what: str) -> None:
    detection = detected({"Cargo.toml": "", "package.json": package(scripts={"start": start})})

    assert what in detection.fatal[0].what


def test_a_page_with_a_variable_before_its_command_is_one() -> None:
    server = package(scripts={"start": "node live.js"}, dependencies={"express": "5"})

    detection = detected({"package.json": PAGE, "server/package.json": server, "server/live.js": ""})

    assert detection.directory == "server"
