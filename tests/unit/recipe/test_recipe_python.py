"""What a generated Dockerfile installs for each way of listing a Python app's dependencies."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from fairway.build.recipe import python_listed, recipe
from support.detect_room import detected

APP = "from flask import Flask\napp = Flask(__name__)\n"
PROJECT = "[build-system]\nrequires = ['hatchling']\n[project]\nname = 'shop'\ndependencies = ['flask']\n"


def written(files: dict[str, str]) -> str:
    return recipe.dockerfile(detected({"app.py": APP, **files}))


def printed(program: str, folder: Path) -> list[str]:
    """What one of the recipe's programs prints in a folder."""
    finished = subprocess.run([sys.executable, "-c", program], cwd=folder, capture_output=True, text=True, check=True)
    return finished.stdout.splitlines()


def test_a_pipfile_is_read_as_requirements(tmp_path: Path) -> None:
    (tmp_path / "Pipfile").write_text(
        '[packages]\nflask = "*"\ngunicorn = "==22.0"\nuvicorn = {extras = ["standard"], version = ">=0.2"}\n'
        'lib = {git = "https://example.com/lib.git", ref = "main"}\ndjango = "==4.2.*"\n[dev-packages]\npytest = "*"\n'
    )

    lines = printed(python_listed.PIPFILE, tmp_path)

    assert lines == [
        "flask",
        "gunicorn==22.0",
        "uvicorn[standard]>=0.2",
        "lib @ git+https://example.com/lib.git@main",
        "django==4.2.*",
    ]


@pytest.mark.parametrize(
    ("other", "lines"),
    [
        ({"hashes": ["sha256:b"]}, ["flask==3 --hash=sha256:a", "click==8; os_name == 'nt' --hash=sha256:b"]),
        ({}, ["flask==3", "click==8; os_name == 'nt'"]),
    ],
)
def test_a_locked_pipfile_keeps_its_hashes_when_every_package_has_some(
    tmp_path: Path, other: dict[str, list[str]], lines: list[str]
) -> None:
    packages = {
        "flask": {"version": "==3", "hashes": ["sha256:a"]},
        "click": {"version": "==8", "markers": "os_name == 'nt'", **other},
    }
    (tmp_path / "Pipfile.lock").write_text(json.dumps({"default": packages}))

    assert printed(python_listed.LOCKED, tmp_path) == lines


def test_pyproject_toml_is_read_as_requirements(tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").write_text("[project]\ndependencies = ['flask>=3', 'gunicorn']\n")

    assert printed(python_listed.PROJECT, tmp_path) == ["flask>=3", "gunicorn"]


@pytest.mark.parametrize(
    "files",
    [
        {"setup.py": "setup(name='x', install_requires=['flask'])"},
        {"requirements.txt": "-e .\n", "setup.py": "setup(name='x', install_requires=['flask'])"},
        {"requirements.txt": "flask==3\n./lib\n"},
        {"pyproject.toml": "[project]\nname = 'x'\ndynamic = ['dependencies']\n"},
    ],
)
def test_an_install_that_reads_the_sources_comes_after_them(files: dict[str, str]) -> None:
    text = written({**files, "Procfile": "web: gunicorn app:app\n"})

    assert text.index("COPY . .") < text.index("pip install --disable-pip-version-check -r" if "-r" in text else " .\n")


@pytest.mark.parametrize(
    "files",
    [
        {"app.py": APP + "from importlib.metadata import version\nversion('shop')\n"},
        {"Procfile": "web: shop --port 8000\n", "pyproject.toml": PROJECT + "[project.scripts]\nshop = 'shop:main'\n"},
    ],
)
def test_an_app_that_asks_for_itself_as_a_package_is_installed(files: dict[str, str]) -> None:
    text = written({"pyproject.toml": PROJECT, **files})

    assert "FROM deps AS build\nCOPY . .\nRUN" in text
    assert "--no-deps ." in text
    assert "COPY --from=build /venv /venv" in text


def test_an_app_that_nobody_asks_for_as_a_package_is_only_copied() -> None:
    assert "AS build" not in written({"pyproject.toml": PROJECT})


def test_djangos_static_files_are_collected_where_its_manage_py_lies() -> None:
    text = written(
        {
            "requirements.txt": "Django==5\nwhitenoise==6\n",
            "site/manage.py": "",
            "site/core/settings.py": "STATIC_ROOT = 'x'",
            "site/core/wsgi.py": "",
        }
    )

    assert "RUN cd site && SECRET_KEY=build" in text
    assert 'CMD ["gunicorn", "--chdir", "site", "core.wsgi:application"]' in text


@pytest.mark.parametrize(
    ("settings", "at_start"),
    [
        ("SECRET_KEY = os.environ['SECRET_KEY']\nos.environ['TZ'] = 'UTC'", False),
        ("SECRET_KEY = config('SECRET_KEY')\nDEBUG = config('DEBUG', default=False)", False),
        ("DATABASES = env.db('DATABASE_URL')", True),
        ("DEBUG = config('DEBUG', cast=bool)", True),
        ("HOST = os.environ['HOST']", True),
    ],
)
def test_static_files_are_collected_at_the_start_when_the_settings_want_variables(
    settings: str, at_start: bool
) -> None:
    text = written(
        {
            "requirements.txt": "Django==5\nwhitenoise==6\ngunicorn==22\n",
            "manage.py": "",
            "core/settings.py": f"STATIC_ROOT = 'x'\n{settings}",
            "core/wsgi.py": "",
        }
    )

    assert ("RUN SECRET_KEY=build" not in text) is at_start
    line = 'CMD ["sh", "-c", "python manage.py collectstatic --noinput && exec gunicorn core.wsgi:application"]'
    assert (line in text) is at_start


def test_git_is_there_for_a_package_that_comes_from_a_repository() -> None:
    assert "ca-certificates git" in written({"requirements.txt": "flask==3\nlib @ git+https://example.com/lib.git\n"})


def test_a_poetry_project_without_a_lock_is_resolved_by_pip() -> None:
    files = {"pyproject.toml": "[tool.poetry]\nname = 'x'\n[tool.poetry.dependencies]\nflask = '^3'\n"}

    text = written(files)

    assert "pip install --disable-pip-version-check poetry-core" in text
    assert "poetry lock" not in text
    assert "p.requires" in text


@pytest.mark.parametrize(
    ("files", "path"),
    [
        ({}, "/app:/app/src"),
        ({"shop/main.py": "from config import a\n", "shop/config.py": ""}, "/app:/app/src"),
        ({"src/a.py": "from src.b import c\n", "src/b.py": ""}, "/app"),
    ],
)
def test_the_import_path_leaves_out_a_src_that_is_a_package_itself(files: dict[str, str], path: str) -> None:
    text = written({"requirements.txt": "flask==3\n", **files})

    assert text.count(f'PYTHONPATH="{path}"') == text.count("PYTHONPATH") > 0


def test_the_folder_that_the_app_is_imported_from_is_on_the_import_path() -> None:
    files = {"requirements.txt": "flask==3\n", "shop/main.py": f"from config import a\n{APP}", "shop/config.py": ""}

    text = recipe.dockerfile(detected(files))

    assert 'PYTHONPATH="/app:/app/src:/app/shop"' in text
    assert 'CMD ["gunicorn", "main:app"]' in text


PDM_LOCK = """\
[[package]]
name = "uvicorn"
version = "0.30.6"
groups = ["default"]
[[package]]
name = "uvicorn"
version = "0.30.6"
extras = ["standard"]
[[package]]
name = "colorama"
version = "0.4.6"
marker = "sys_platform == 'win32'"
[[package]]
name = "shop-lib"
version = "1"
git = "https://example.com/lib.git"
"""


def test_a_lock_file_of_pdm_becomes_constraints(tmp_path: Path) -> None:
    (tmp_path / "pdm.lock").write_text(PDM_LOCK)

    assert printed(python_listed.PDM, tmp_path) == ["uvicorn==0.30.6", "colorama==0.4.6; sys_platform == 'win32'"]


def test_what_pyproject_lists_is_installed_in_the_versions_of_pdms_lock_file() -> None:
    text = written({"pyproject.toml": PROJECT, "pdm.lock": PDM_LOCK})

    assert "COPY pyproject.toml pdm.lock ./" in text
    assert "-r /tmp/requirements.txt -c /tmp/constraints.txt" in text


@pytest.mark.parametrize(
    ("source", "lock"),
    [
        ("[tool.uv.sources]\nlib = {workspace = true}\n", "uv.lock"),
        ("[tool.uv.sources]\nlib = {path = 'libs/lib', editable = true}\n", "uv.lock"),
        ("[tool.poetry.dependencies]\nlib = {path = 'libs/lib', develop = true}\n", "poetry.lock"),
    ],
)
def test_a_dependency_that_is_a_folder_is_there_when_it_is_installed(source: str, lock: str) -> None:
    text = written({"pyproject.toml": PROJECT + source, lock: "", "libs/lib/pyproject.toml": ""})
    plain = written({"pyproject.toml": PROJECT, "uv.lock": ""})

    assert text.index("COPY . .") < text.index("uv sync --locked" if lock == "uv.lock" else "poetry export")
    assert "--no-install-project" not in text
    assert "--no-install-project" in plain


def test_a_dependency_from_another_registry_is_no_folder() -> None:
    text = written({"pyproject.toml": PROJECT + "[tool.uv.sources]\nlib = {index = 'own'}\n", "uv.lock": ""})

    assert "COPY pyproject.toml uv.lock ./" in text
