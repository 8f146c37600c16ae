"""A Procfile: web starts the app, and what its other lines did is said with the lines that do it here."""

import pytest

from support.detect_room import detected, package

NODE = {"package.json": package(scripts={"start": "node other.js"}), "web.js": "", "other.js": ""}
PYTHON = {"requirements.txt": "flask==3\ngunicorn==22\n", "shop.py": "app = Flask(__name__)"}


def told(files: dict[str, str]) -> list[str]:
    """The notes about the Procfile's lines."""
    return [note for note in detected(files).notes if "Procfile:" in note]


@pytest.mark.parametrize(
    ("line", "note"),
    [
        (
            "release: npx prisma migrate deploy",
            '"npx prisma migrate deploy" is not run for each release (Procfile:2): '
            '[migrations] command = "npx prisma migrate deploy"',
        ),
        ("release: ./warm.sh", '"./warm.sh" is not run for each release (Procfile:2)'),
        (
            "worker: node work.js --queue 'a b'",
            "\"node work.js --queue 'a b'\" is not started (Procfile:2): "
            '[services.worker] command = ["node", "work.js", "--queue", "a b"]',
        ),
        (
            "send_mail: node mail.js --every $EVERY",
            '"node mail.js --every $EVERY" is not started (Procfile:2): '
            '[services.send-mail] command = ["sh", "-c", "node mail.js --every $EVERY"]',
        ),
    ],
)
def test_a_line_that_nothing_runs_is_told_with_what_takes_its_place(line: str, note: str) -> None:
    text = f"web: node web.js\n{line}\n"

    assert told({**NODE, "Procfile": text}) == [note]


def test_a_python_apps_lines_are_told_too() -> None:
    text = "release: python manage.py migrate\nweb: gunicorn shop:app\n"

    assert told({**PYTHON, "Procfile": text}) == [
        '"python manage.py migrate" is not run for each release (Procfile:1): '
        '[migrations] command = "python manage.py migrate"'
    ]


def test_a_file_without_web_is_another_tools() -> None:
    assert told({**NODE, "Procfile": "api: node web.js\nassets: vite\n"}) == []


def test_a_line_is_no_name_without_a_command_and_comments_are_none() -> None:
    assert told({**NODE, "Procfile": "web: node web.js\n# worker: x\nworker:\n\nurl http://x\n"}) == []


def test_a_mark_that_windows_writes_before_the_first_line_is_none_of_it() -> None:
    detection = detected({**NODE, "Procfile": "\ufeffweb: node web.js\n"})

    assert detection.defaults.command == ("node", "web.js")
