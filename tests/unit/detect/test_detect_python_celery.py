"""Celery's tasks, which no web process runs."""

import pytest

from support.detect_room import detected

MADE = "from celery import Celery\napp = Celery('shop')\n"
DJANGO = {"web/manage.py": "", "web/shop/wsgi.py": ""}


@pytest.mark.parametrize(
    ("files", "words"),
    [
        ({"app.py": "app = Flask(__name__)", "work/queue.py": MADE}, '["celery", "-A", "work.queue", "worker"]'),
        ({"app.py": "app = Flask(__name__)", "src/work.py": MADE}, '["celery", "-A", "work", "worker"]'),
        (
            {**DJANGO, "web/shop/celery.py": MADE},
            '["celery", "--workdir", "web", "-A", "shop.celery", "worker"]',
        ),
    ],
)
def test_a_worker_that_nobody_starts_is_told_with_its_command(files: dict[str, str], words: str) -> None:
    detection = detected({"requirements.txt": "flask==3\ndjango==5\ncelery[redis]==5.4\n", **files})

    assert [note for note in detection.notes if f"[services.worker] command = {words}" in note]


COMPOSE = "services:\n  worker:\n    build: .\n    command: celery -A shop worker -c 4\n"


@pytest.mark.parametrize(
    "files",
    [
        {"Procfile": "web: gunicorn app:app\nworker: celery -A shop worker -c 4\n"},
        {"Dockerfile": "FROM python:3.12\nCMD gunicorn app:app\n", "compose.yml": COMPOSE},
    ],
)
def test_the_authors_own_command_for_a_worker_is_told_alone(files: dict[str, str]) -> None:
    detection = detected(
        {"requirements.txt": "flask==3\ncelery==5\ngunicorn==23\n", "app.py": "app = Flask('x')", "q.py": MADE, **files}
    )

    assert [note for note in detection.notes if "celery" in note.lower()] == [
        note for note in detection.notes if "-c" in note
    ]
    assert any("-c" in note for note in detection.notes)
