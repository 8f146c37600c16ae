"""Folders that a Python app insists on and that no commit has."""

import pytest

from support.detect_room import detected


@pytest.mark.parametrize(
    ("code", "files", "told"),
    [
        ("app.mount('/u', StaticFiles(directory='uploads'))", {}, True),
        ("app.mount('/u', StaticFiles(directory='./uploads/', html=True))", {}, True),
        ("app.mount('/u', StaticFiles(directory='uploads'))", {"uploads/.gitkeep": ""}, False),
        ("app.mount('/u', StaticFiles(directory='uploads'))", {"uploads/a/b.png": ""}, False),
        ("app.mount('/u', StaticFiles(directory='uploads', check_dir=False))", {}, False),
        ("os.makedirs('uploads', exist_ok=True)\napp.mount('/u', StaticFiles(directory='uploads'))", {}, False),
        ("app.mount('/u', StaticFiles(directory='/data/uploads'))", {}, False),
    ],
)
def test_a_folder_that_no_commit_has_is_told_before_the_app_ends_without_it(
    code: str, files: dict[str, str], told: bool
) -> None:
    main = f"app = FastAPI()\n{code}\n"

    detection = detected({"requirements.txt": "fastapi==1\nuvicorn==1\n", "main.py": main, **files})

    assert [problem.what for problem in detection.problems] == (
        ["the folder uploads is not in the commit, and the app does not start without it"] if told else []
    )


@pytest.mark.parametrize(
    ("files", "moved"),
    [
        ({"app/templates/a.html": ""}, True),
        ({"app/templates/a.html": "", "templates/a.html": ""}, False),
        ({"templates/a.html": ""}, False),
        ({}, False),
    ],
)
def test_an_app_that_reads_folders_beside_its_code_is_started_there(files: dict[str, str], moved: bool) -> None:
    code = "from config import url\nt = Jinja2Templates(directory='templates')\napp = FastAPI()\n"

    detection = detected(
        {"requirements.txt": "fastapi==1\nuvicorn==1\n", "app/main.py": code, "app/config.py": "", **files}
    )

    assert detection.start is not None
    line = "exec uvicorn main:app --host 0.0.0.0 --port ${PORT:-8000}"
    assert detection.start.command == ("sh", "-c", f"cd app && {line}" if moved else line)


def test_gunicorn_is_moved_by_its_own_option() -> None:
    code = "app = Flask(__name__)\nl = FileSystemLoader('pages')\n"

    detection = detected({"requirements.txt": "flask==3\ngunicorn==23\n", "src/a.py": code, "src/pages/a.html": ""})

    assert detection.start is not None
    assert detection.start.command == ("gunicorn", "--chdir", "src", "a:app")
