"""Under which name a Python file is imported, as its own imports tell."""

import pytest

from fairway.domain.detection import PythonInstall
from support.detect_room import detected

MAIN = "app = FastAPI()\n"
UVICORN = "exec uvicorn {}:app --host 0.0.0.0 --port ${{PORT:-8000}}"


@pytest.mark.parametrize(
    ("files", "module", "roots"),
    [
        ({"app/main.py": MAIN, "app/config.py": ""}, "app.main", (".", "src")),
        ({"app/main.py": f"from app.config import url\n{MAIN}", "app/config.py": ""}, "app.main", (".", "src")),
        ({"app/main.py": f"from config import url\n{MAIN}", "app/config.py": ""}, "main", (".", "src", "app")),
        ({"app/main.py": f"import routers.a\n{MAIN}", "app/routers/a.py": ""}, "main", (".", "src", "app")),
        ({"app/main.py": f"from .config import url\n{MAIN}", "app/config.py": ""}, "app.main", (".", "src")),
        ({"src/main.py": MAIN, "src/config.py": ""}, "main", (".", "src")),
        ({"src/main.py": f"from src.config import url\n{MAIN}", "src/config.py": ""}, "src.main", (".",)),
        ({"src/main.py": f"from .config import url\n{MAIN}", "src/config.py": ""}, "src.main", (".", "src")),
        (
            {"src/shop/api.py": f"from shop.config import url\n{MAIN}", "src/shop/config.py": ""},
            "shop.api",
            (".", "src"),
        ),
        (
            {"src/py/app/asgi.py": f"def a():\n  from app.config import url\n{MAIN}", "src/py/app/config.py": ""},
            "app.asgi",
            (".", "src", "src/py"),
        ),
        ({"a/b/main.py": f"from ..config import url\n{MAIN}", "a/config.py": ""}, "a.b.main", (".", "src")),
    ],
)
def test_a_module_has_the_name_by_which_the_app_imports_its_own(
    files: dict[str, str], module: str, roots: tuple[str, ...]
) -> None:
    detection = detected({"requirements.txt": "fastapi==1\nuvicorn==1\n", **files})

    assert detection.start is not None
    assert detection.start.command == ("sh", "-c", UVICORN.format(module))
    assert isinstance(detection.install, PythonInstall)
    assert detection.install.roots == roots


def test_a_module_with_the_name_of_an_installed_package_decides_nothing() -> None:
    files = {"app/main.py": f"import redis\nfrom redis import Redis\n{MAIN}", "app/redis.py": ""}

    detection = detected({"requirements.txt": "fastapi==1\nredis==5\n", **files})

    assert detection.start is not None
    assert detection.start.command == ("sh", "-c", UVICORN.format("app.main"))


def test_a_package_below_a_folder_is_started_by_its_own_name() -> None:
    main = "from shop.server import serve\nif __name__ == '__main__':\n  serve()\n"

    detection = detected(
        {"requirements.txt": "tornado==6\n", "lib/shop/__main__.py": main, "lib/shop/server.py": "def serve(): ..."}
    )

    assert detection.start is not None
    assert detection.start.command == ("python", "-m", "shop")
    assert isinstance(detection.install, PythonInstall)
    assert detection.install.roots == (".", "src", "lib")


def test_one_import_by_the_name_of_src_does_not_take_it_off_the_path_of_the_others() -> None:
    files = {
        "src/shop/api.py": f"from shop.config import url\nfrom shop.data import rows\n{MAIN}",
        "src/shop/config.py": "",
        "src/shop/data.py": "",
        "tool.py": "from src.shop import data\n",
    }

    install = detected({"requirements.txt": "fastapi==1\n", **files}).install
    by_procfile = detected(
        {"requirements.txt": "fastapi==1\n", "Procfile": "web: uvicorn shop.api:app", **files}
    ).install

    assert isinstance(install, PythonInstall) and isinstance(by_procfile, PythonInstall)
    assert install.roots == by_procfile.roots == (".", "src")
