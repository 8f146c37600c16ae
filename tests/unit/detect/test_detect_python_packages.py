"""What a Python app depends on, where it is not listed plainly, and what that wants from Debian."""

import pytest

from fairway.domain.detection import PythonInstall
from support.detect_room import detected

FACTORY = "from flask import Flask\ndef create_app(config=None):\n  return Flask(__name__)\n"
BUILD = "[build-system]\nrequires = ['setuptools']\n[project]\nname = 'shop'\ndynamic = ['dependencies']\n"


@pytest.mark.parametrize(
    "files",
    [
        {"pyproject.toml": f"{BUILD}[tool.setuptools.dynamic]\ndependencies = {{file = ['needs.in']}}"},
        {"pyproject.toml": f"{BUILD}[tool.setuptools.dynamic]\ndependencies.file = './needs.in'"},
        {"pyproject.toml": f"{BUILD}[tool.hatch.metadata.hooks.requirements_txt]\nfiles = ['needs.in']"},
        {"setup.py": "setup(name='shop', install_requires=open('needs.in').read().split())"},
    ],
)
def test_requirements_in_a_file_that_the_packaging_names_are_known(files: dict[str, str]) -> None:
    detection = detected({"needs.in": "gunicorn==23\nflask\n", "shop/__init__.py": FACTORY, **files})

    assert (detection.framework, detection.fatal) == ("Flask", ())
    assert isinstance(detection.install, PythonInstall)
    assert (detection.install.extra, detection.install.whole) == ((), True)


def test_a_setup_that_reads_a_file_of_a_folder_is_followed_there() -> None:
    setup = "def needs(name):\n  return open('requirements/' + name)\nsetup(install_requires=needs('default.txt'))"

    detection = detected({"setup.py": setup, "requirements/default.txt": "tornado>=6\n", "shop/__main__.py": ""})

    assert detection.framework == "Tornado"


def test_a_framework_that_no_readable_list_names_is_known_by_its_import() -> None:
    detection = detected({"requirements.txt": "-e .\n", "setup.py": "setup(**known)", "shop/__init__.py": FACTORY})

    assert detection.framework == "Flask"
    assert detection.start is not None
    assert detection.start.command == ("gunicorn", "shop:create_app()")


def test_an_import_of_another_framework_changes_nothing_where_one_is_listed() -> None:
    detection = detected({"requirements.txt": "flask==3\n", "app.py": f"import fastapi\n{FACTORY}"})

    assert detection.framework == "Flask"


@pytest.mark.parametrize(
    ("files", "compiled"),
    [
        ({"requirements.txt": "psycopg[c,pool]==3.2\n"}, True),
        ({"requirements.txt": "psycopg[pool,c]==3.2\n"}, True),
        ({"requirements.txt": "psycopg[binary]==3.2\n"}, False),
        ({"pyproject.toml": "[project]\nname = 'shop'\ndependencies = ['psycopg[c]']\n"}, True),
        ({"pyproject.toml": "[tool.poetry.dependencies]\npsycopg = {version = '*', extras = ['c']}\n"}, True),
        ({"pyproject.toml": "[tool.poetry.dependencies]\npsycopg = {version = '*', extras = ['pool']}\n"}, False),
        ({"Pipfile": "[packages]\npsycopg = {version = '*', extras = ['c']}\n"}, True),
    ],
)
def test_psycopg_in_c_is_compiled(files: dict[str, str], compiled: bool) -> None:
    install = detected({"app.py": FACTORY, **files}).install

    assert isinstance(install, PythonInstall)
    assert ("libpq-dev" in install.headers, install.libraries) == (compiled, ("libpq5",))


def test_a_library_that_no_wheel_brings_is_in_the_image() -> None:
    install = detected({"app.py": FACTORY, "requirements.txt": "weasyprint==62\npython_magic==0.4\n"}).install

    assert isinstance(install, PythonInstall)
    assert {"libmagic1", "libpango-1.0-0"} <= set(install.libraries)
    assert install.headers == ()


@pytest.mark.parametrize(
    ("files", "chosen"),
    [
        ({"requirements/base.txt": "", "requirements/deploy.txt": "-r base.txt\n"}, "requirements/deploy.txt"),
        ({"requirements/common.txt": ""}, "requirements/common.txt"),
        ({"requirements-prod.txt": "", "requirements-dev.txt": ""}, "requirements-prod.txt"),
        ({"requirements.in": "", "requirements.txt": ""}, "requirements.txt"),
        ({"requirements.in": ""}, "requirements.in"),
    ],
)
def test_the_requirements_for_production_are_installed_whatever_their_name(files: dict[str, str], chosen: str) -> None:
    install = detected({"app.py": FACTORY, **{name: f"{text}flask==3\n" for name, text in files.items()}}).install

    assert isinstance(install, PythonInstall)
    assert install.requirements == chosen


def test_an_environment_of_conda_is_named() -> None:
    problem = detected({"environment.yml": "dependencies: [flask]\n", "app.py": FACTORY}).fatal[0]

    assert problem.what == "the app is written for Python with conda, which Fairway makes no image for"
