"""Python repositories: what installs, what starts, on which port."""

import pytest

from fairway.domain.detection import Kind, Manager, PythonInstall
from support.detect_room import detected

UVICORN = "exec uvicorn {} --host 0.0.0.0 --port ${{PORT:-8000}}"
MANAGE = "os.environ.setdefault('DJANGO_SETTINGS_MODULE', 'core.settings.local')"
RUN = "if __name__ == '__main__':\n  shop.create_app('production').run(host='0.0.0.0')"
FASTAPI = "from fastapi import FastAPI\napp = FastAPI()\n\n@app.get('/health')\ndef h(): ...\n"


@pytest.mark.parametrize(
    ("files", "command"),
    [
        (
            {"requirements.txt": "fastapi==1\nuvicorn==1\n", "main.py": FASTAPI},
            ("sh", "-c", UVICORN.format("main:app")),
        ),
        (
            {"requirements.txt": "fastapi==1\n", "src/shop/api.py": FASTAPI},
            ("sh", "-c", UVICORN.format("shop.api:app")),
        ),
        ({"requirements.txt": "flask==1\ngunicorn==1\n", "app.py": "app = Flask(__name__)"}, ("gunicorn", "app:app")),
        (
            {"requirements.txt": "flask==1\n", "shop/__init__.py": "def create_app():\n  pass"},
            ("gunicorn", "shop:create_app()"),
        ),
        (
            {"requirements.txt": "flask==1\n", "wsgi.py": "from x import create_app\napplication = create_app()"},
            ("gunicorn", "wsgi:application"),
        ),
        (
            {"requirements.txt": "Django==5\n", "manage.py": "", "shop/wsgi.py": ""},
            ("gunicorn", "shop.wsgi:application"),
        ),
        (
            {"requirements.txt": "aiohttp==3\n", "main.py": "if __name__ == '__main__':\n  web.run_app(app)"},
            ("python", "main.py"),
        ),
        (
            {"requirements.txt": "flask==1\n", "Procfile": "web: gunicorn shop:app --workers 2\n"},
            ("gunicorn", "shop:app", "--workers", "2"),
        ),
        (
            {"requirements.txt": "fastapi==1\n", "Procfile": "web: uvicorn a:app --port $PORT --reload\n"},
            ("sh", "-c", "exec uvicorn a:app --port $PORT"),
        ),
        (
            {
                "requirements.txt": "fastapi==1\n",
                "app/main.py": "def get_application():\n  ...\napp = get_application()",
            },
            ("sh", "-c", UVICORN.format("app.main:app")),
        ),
        (
            {
                "requirements.txt": "Django==5\n",
                "site/manage.py": MANAGE,
                "site/a/asgi.py": "",
                "site/core/wsgi.py": "",
            },
            ("gunicorn", "--chdir", "site", "core.wsgi:application"),
        ),
        (
            {"requirements.txt": "aiohttp==3\n", "polls/__main__.py": "main()", "polls/main.py": "web.run_app(app)"},
            ("python", "-m", "polls"),
        ),
        (
            {"requirements.txt": "flask==1\n", "shop.py": "def create_app(config):\n  ...\n", "run.py": RUN},
            ("python", "run.py"),
        ),
        ({"requirements.txt": "sanic==1\n", "s.py": "app = Sanic('x')"}, ("sh", "-c", UVICORN.format("s:app"))),
        ({"Pipfile": "[packages]\nflask = '*'\n", "app.py": "app = Flask(__name__)"}, ("gunicorn", "app:app")),
        ({"setup.py": "setup(install_requires=['flask'])", "a.py": "app = Flask('a')"}, ("gunicorn", "a:app")),
        (
            {"pyproject.toml": "[project]\ndependencies=['x']\n[project.scripts]\nshop = 'shop:main'\n", "shop.py": ""},
            ("shop",),
        ),
    ],
)
def test_the_start_command_names_the_application_object(files: dict[str, str], command: tuple[str, ...]) -> None:
    detection = detected(files)

    assert detection.kind is Kind.PYTHON
    assert detection.start is not None
    assert detection.start.command == command


@pytest.mark.parametrize(
    ("files", "manager", "problems"),
    [
        ({"requirements.txt": "flask==1\n"}, Manager.PIP, 0),
        ({"requirements.txt": "flask\n"}, Manager.PIP, 1),
        ({"requirements/production.txt": "-r base.txt\n", "requirements/base.txt": "flask==1\n"}, Manager.PIP, 0),
        ({"pyproject.toml": "[project]\ndependencies = ['flask']\n", "uv.lock": ""}, Manager.UV, 0),
        ({"pyproject.toml": "[tool.poetry.dependencies]\nflask = '*'\n", "poetry.lock": ""}, Manager.POETRY, 0),
        ({"pyproject.toml": "[project]\ndependencies = ['flask']\n"}, Manager.PIP, 1),
    ],
)
def test_the_installer_comes_from_the_lock_file(files: dict[str, str], manager: Manager, problems: int) -> None:
    detection = detected({"app.py": "app = Flask(__name__)", **files})

    assert detection.packages is not None
    assert detection.packages.manager is manager
    assert detection.framework == "Flask"
    assert len(detection.problems) == problems
    assert isinstance(detection.install, PythonInstall)
    assert detection.install.extra == ("gunicorn",)


@pytest.mark.parametrize(
    ("files", "version"),
    [
        ({".python-version": "3.11.4\n"}, "3.11.4"),
        ({"runtime.txt": "python-3.10.2\n"}, "3.10.2"),
        ({"mise.toml": "[tools]\nnode = '22'\npython = '3.11'\n"}, "3.11"),
        ({"mise.toml": "[tools]\npython = 'latest'\n"}, "3.12"),
        ({"pyproject.toml": "[project]\nrequires-python = '>=3.9,<3.12'\n"}, "3.11"),
        ({"pyproject.toml": "[tool.poetry.dependencies]\npython = '^3.13'\n"}, "3.13"),
        ({"pyproject.toml": "[project]\nrequires-python = '>=3.13,<4.0'\n"}, "3.13"),
        ({"pyproject.toml": "[project]\nrequires-python = '>=2.7, !=3.0.*, !=3.12.*'\n"}, "3.11"),
        ({"pyproject.toml": "[tool.poetry.dependencies]\npython = '^2.7'\n"}, "3.12"),
        ({"pyproject.toml": "not toml ["}, "3.12"),
        ({}, "3.12"),
    ],
)
def test_the_python_version_comes_from_its_file(files: dict[str, str], version: str) -> None:
    detection = detected({"requirements.txt": "flask==1\n", **files})

    assert detection.runtime is not None
    assert detection.runtime.version == version


@pytest.mark.parametrize(
    ("files", "others"),
    [
        ({}, ("3.11", "3.13")),
        ({"pyproject.toml": "[project]\nrequires-python = '>=3.12'\n"}, ("3.13", "3.14")),
        ({".python-version": "3.12\n"}, ()),
    ],
)
def test_versions_that_the_files_allow_as_well_are_kept(files: dict[str, str], others: tuple[str, ...]) -> None:
    detection = detected({"requirements.txt": "flask==1\n", **files})

    assert detection.runtime is not None
    assert detection.runtime.others == others


def test_a_router_is_reached_under_its_prefixes() -> None:
    detection = detected(
        {
            "requirements.txt": "fastapi==1\n",
            "app/main.py": "app = FastAPI()\napp.include_router(health.router, prefix='/api')\n",
            "app/routes/health.py": "router = APIRouter(prefix='/v1')\n\n@router.get('/health')\ndef h(): ...\n",
        }
    )

    assert detection.health is not None
    assert (detection.health.path, detection.health.where) == ("/api/v1/health", "app/routes/health.py:3")


def test_a_package_json_for_the_front_end_does_not_hide_a_python_app() -> None:
    files = {
        "package.json": '{"devDependencies": {"vite": "5"}}',
        "requirements.txt": "Django==5\n",
        "manage.py": "",
        "a/wsgi.py": "",
    }

    assert detected(files).kind is Kind.PYTHON


def test_compiled_packages_bring_their_debian_packages() -> None:
    detection = detected({"requirements.txt": "flask==1\npsycopg2==2\n", "app.py": "app = Flask(__name__)"})

    assert isinstance(detection.install, PythonInstall)
    assert "libpq-dev" in detection.install.headers
    assert detection.install.libraries == ("libpq5",)


def test_no_start_command_is_fatal() -> None:
    assert (
        detected({"requirements.txt": "requests==2\n", "tool.py": "print()"}).fatal[0].what
        == "nothing says how the app starts"
    )


@pytest.mark.parametrize(
    ("text", "unreachable"),
    [
        ("from flask import Flask\nif __name__ == '__main__':\n  make().run()", False),
        (
            "import flask\ndef main():\n  app = flask.Flask('x')\n  app.run()\nif __name__ == '__main__': main()",
            True,
        ),
        ("import flask\nif __name__ == '__main__':\n  app.run(host='0.0.0.0')", False),
        ("if __name__ == '__main__':\n  web.run_app(make(), host='127.0.0.1')", True),
        ("if __name__ == '__main__':\n  uvicorn.run(make(), host=\"localhost\")", True),
    ],
)
def test_a_server_of_its_own_that_binds_to_loopback_is_named(text: str, unreachable: bool) -> None:
    detection = detected({"requirements.txt": "x==1\n", "main.py": text})

    assert any("outside its container" in problem.what for problem in detection.problems) is unreachable


@pytest.mark.parametrize(
    ("web", "port"),
    [
        ("gunicorn a:app", (8000, "PORT")),
        ("gunicorn a:app --bind 0.0.0.0:9000", (9000, None)),
        ("uvicorn a:app --host 0.0.0.0 --port ${PORT:-5005}", (5005, "PORT")),
        ("uvicorn a:app --port $PORT", (8000, "PORT")),
    ],
)
def test_the_port_of_a_procfile_is_the_one_that_its_command_takes(web: str, port: tuple[int, str | None]) -> None:
    detection = detected({"requirements.txt": "flask==1\nfastapi==1\n", "Procfile": f"web: {web}\n"})

    assert detection.port is not None
    assert (detection.port.number, detection.port.variable) == port


UV_WORKSPACE = {
    "pyproject.toml": "[dependency-groups]\ndev = ['typer']\n[tool.uv.workspace]\nmembers = ['backend']\n",
    "uv.lock": "version = 1\n",
    "backend/pyproject.toml": "[project]\nname = 'shop'\ndependencies = ['fastapi']\n",
    "backend/app/main.py": FASTAPI,
}


def test_a_file_that_only_holds_a_workspace_together_is_not_the_app() -> None:
    detection = detected(UV_WORKSPACE)

    assert detection.directory == "backend"
    assert detection.start is not None
    assert detection.start.command == ("sh", "-c", UVICORN.format("app.main:app"))


def test_a_members_dockerfile_that_is_built_from_the_root_is_told_by_the_member() -> None:
    text = "FROM python:3.12\nCOPY uv.lock .\nCOPY ./backend/app /app/app\nCMD fastapi run app/main.py\n"

    detection = detected(
        {**UV_WORKSPACE, "backend/Dockerfile": text, "package.json": '{"scripts": {"test": "vitest run"}}'}
    )

    assert (detection.directory, detection.context, detection.dockerfile) == (".", ".", "backend/Dockerfile")
    assert detection.framework == "FastAPI"
    assert detection.test is None
    assert detection.defaults.health_path == "/health"


def test_the_application_of_a_private_module_yields_to_the_projects_own_command() -> None:
    project = "[project]\nname = 'shelf'\ndependencies = ['bottle']\n[project.scripts]\nshelf = 'shelf.main:main'\n"

    detection = detected(
        {"pyproject.toml": project, "shelf/_app.py": "app = Bottle()", "shelf/main.py": "def main(): ..."}
    )

    assert detection.start is not None
    assert detection.start.command == ("shelf",)


VERSION = "from importlib.metadata import version as look_up\n"


@pytest.mark.parametrize(
    ("code", "installed"),
    [
        (VERSION + "number = look_up('shop')", True),
        (VERSION + "number = look_up(__package__)", True),
        ("import importlib.metadata\nnumber = importlib.metadata.version('shop')", True),
        (VERSION + "number = look_up('flask')", False),
        ("name = 'shop'", False),
    ],
)
def test_an_app_that_asks_for_its_own_version_is_installed(code: str, installed: bool) -> None:
    project = "[build-system]\nrequires = ['x']\n[project]\nname = 'shop'\ndependencies = ['flask']\n"

    detection = detected({"pyproject.toml": project, "shop/__init__.py": f"app = Flask(__name__)\n{code}"})

    assert isinstance(detection.install, PythonInstall)
    assert detection.install.project is installed
