"""What a person should know of a Python app."""

import pytest

from support.detect_room import detected, package

DJANGO = {"requirements.txt": "Django==5\n", "manage.py": "", "shop/wsgi.py": ""}


@pytest.mark.parametrize(
    ("settings", "told"),
    [("ALLOWED_HOSTS = ['*']", False), ("ALLOWED_HOSTS: list[str] = ['shop.example']", True), ("", True)],
)
def test_hosts_are_spoken_of_where_not_every_one_is_allowed(settings: str, told: bool) -> None:
    detection = detected({**DJANGO, "shop/settings.py": settings})

    assert any("ALLOWED_HOSTS" in note for note in detection.notes) is told


@pytest.mark.parametrize(
    ("scripts", "told"), [({"build": "vite build", "dev": "vite"}, True), ({"dev": "vite"}, False), ({}, False)]
)
def test_pages_that_nothing_builds_are_told(scripts: dict[str, str], told: bool) -> None:
    detection = detected({**DJANGO, "package.json": package(scripts=scripts, devDependencies={"vite": "5"})})

    assert any("is not run (package.json)" in note for note in detection.notes) is told


def test_of_applications_beside_each_other_the_main_one_is_started() -> None:
    code = "app = FastAPI()\n"

    detection = detected({"requirements.txt": "fastapi==1\nuvicorn==1\n", "admin.py": code, "main.py": code})

    assert detection.start is not None
    assert "main:app" in detection.start.text
