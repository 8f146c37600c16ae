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
