"""Pyramid's apps are started by pserve, where their own file says."""

import pytest

from fairway.domain.detection import PythonInstall
from support.detect_room import detected

SETUP = "setup(name='shop', install_requires=['pyramid', 'waitress'])\n"
CODE = {
    "setup.py": SETUP,
    "shop/__init__.py": "def main(global_config, **settings):\n    return config.make_wsgi_app()\n",
}
APP = "[app:main]\nuse = egg:shop\n\n"


def served(server: str) -> str:
    """A file of settings whose server says this."""
    return f"{APP}[server:main]\nuse = egg:waitress#main\n{server}\n\n[loggers]\nkeys = root\nport = 1\n"


@pytest.mark.parametrize(
    ("server", "port"),
    [
        ("listen = *:6543", 6543),
        ("listen = 0.0.0.0:6543 [::]:6543", 6543),
        ("host = 0.0.0.0\nport = 8000", 8000),
        ("threads = 4", 8080),
    ],
)
def test_the_file_for_production_is_served_where_it_says(server: str, port: int) -> None:
    files = {**CODE, "development.ini": served("listen = localhost:1234"), "production.ini": served(server)}

    detection = detected(files)

    assert (detection.framework, detection.defaults.command) == ("Pyramid", ("pserve", "production.ini"))
    assert detection.defaults.port == port
    assert not [problem for problem in detection.problems if "container" in problem.what]


@pytest.mark.parametrize("server", ["listen = localhost:6543", "host = 127.0.0.1\nport = 6543"])
def test_a_server_that_nothing_outside_reaches_is_told_at_its_line(server: str) -> None:
    problems = [
        each for each in detected({**CODE, "development.ini": served(server)}).problems if "container" in each.what
    ]

    assert [(problem.where, problem.fix) for problem in problems] == [("development.ini:6", "write listen = *:6543")]


def test_an_app_that_is_looked_up_among_what_is_installed_is_installed() -> None:
    project = "[build-system]\nrequires = ['setuptools']\n[project]\nname = 'shop'\ndependencies = ['pyramid']\n"

    install = detected({"pyproject.toml": project, "production.ini": served("listen = *:80")}).install

    assert isinstance(install, PythonInstall)
    assert install.project


def test_a_file_of_settings_that_names_no_server_starts_nothing() -> None:
    assert detected({**CODE, "production.ini": APP}).fatal
    assert detected({"requirements.txt": "flask==3\n", "production.ini": served("listen = *:80")}).fatal
