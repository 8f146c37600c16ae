"""Where a Python app listens, who reaches it, and under which path it says that it is well."""

import pytest

from fairway.build.recipe import recipe
from fairway.domain.detection import PythonInstall
from support.detect_room import detected

LOCAL = "the app can't be reached from outside its container"
FLASK = {"requirements.txt": "flask==3\ngunicorn==22\n", "shop.py": "app = Flask(__name__)"}
FASTAPI = "app = FastAPI()\n"


def places(files: dict[str, str]) -> list[str]:
    """Where the app is said to listen for its own container alone."""
    return [problem.where for problem in detected(files).problems if problem.what == LOCAL]


@pytest.mark.parametrize(
    ("conf", "port"),
    [
        ("workers = 2\nbind = '0.0.0.0:5000'\n", (5000, None)),
        ("bind = ['0.0.0.0:5000']\n", (5000, None)),
        ("bind = ':5000'\n", (5000, None)),
        ("# bind = '0.0.0.0:5000'\nworkers = 2\n", (8000, "PORT")),
        ("bind = f\"0.0.0.0:{os.environ.get('PORT', '5000')}\"\n", (5000, "PORT")),
        ("bind = '0.0.0.0:' + os.environ['PORT']\n", (8000, "PORT")),
        ("port = int(os.getenv('PORT', 5000))\nbind = f'0.0.0.0:{port}'\n", (5000, "PORT")),
        ("host = '0.0.0.0'\nport: int = 5000\nbind = f'{host}:{port}'\n", (5000, None)),
        ("PORT = 5000\nbind = '0.0.0.0:' + str(PORT)\n", (5000, None)),
        ("bind = os.getenv('GUNICORN_BIND', '0.0.0.0:5000')\n", (5000, None)),
    ],
)
def test_gunicorn_listens_where_its_own_file_says(conf: str, port: tuple[int, str | None]) -> None:
    detection = detected({**FLASK, "gunicorn.conf.py": conf})

    assert detection.port is not None
    assert (detection.port.number, detection.port.variable) == port
    assert places({**FLASK, "gunicorn.conf.py": conf}) == []


@pytest.mark.parametrize(
    ("web", "number"),
    [
        ("gunicorn shop:app", 5000),
        ("gunicorn -c deploy/g.py shop:app", 6000),
        ("gunicorn --config=python:deploy.g shop:app", 6000),
        ("gunicorn -c gunicorn.conf.py --bind 0.0.0.0:7000 shop:app", 7000),
        ("waitress-serve --port=7000 shop:app", 7000),
    ],
)
def test_an_option_of_the_command_comes_before_gunicorns_file(web: str, number: int) -> None:
    files = {**FLASK, "gunicorn.conf.py": "bind = '0.0.0.0:5000'", "deploy/g.py": "bind = '0.0.0.0:6000'"}

    by_procfile = detected({**files, "Procfile": f"web: {web}\n"}).port
    by_dockerfile = detected({**files, "Dockerfile": f"FROM python:3.12\nCMD {web}\n"}).port

    assert by_procfile is not None
    assert by_dockerfile is not None
    assert (by_procfile.number, by_dockerfile.number) == (number, number)


def test_the_image_of_another_server_does_not_read_gunicorns_file() -> None:
    files = {**FLASK, "gunicorn.conf.py": "bind = '127.0.0.1:5000'"}

    detection = detected({**files, "Dockerfile": "FROM python:3.12\nCMD waitress-serve shop:app\n"})

    assert detection.defaults.port == 8080
    assert detection.problems == ()


@pytest.mark.parametrize("bind", ["127.0.0.1:8000", "localhost:8000", "unix:/run/shop.sock"])
def test_a_gunicorn_that_only_its_container_reaches_is_named_by_its_files_line(bind: str) -> None:
    assert places({**FLASK, "gunicorn.conf.py": f"workers = 2\nbind = '{bind}'\n"}) == ["gunicorn.conf.py:2"]


@pytest.mark.parametrize(
    ("command", "local"),
    [
        ("uvicorn shop:app --port 8000", True),
        ("python -m uvicorn shop:app --port 8000", True),
        ("uvicorn shop:app --host 127.0.0.1", True),
        ("uvicorn shop:app --host 0.0.0.0", False),
        ("uvicorn shop:app --uds /run/x", False),
        ("alembic upgrade head && uvicorn shop:app", True),
        ("gunicorn -k uvicorn.workers.UvicornWorker shop:app", False),
        ("gunicorn -b 127.0.0.1:8000 shop:app", True),
        ("hypercorn shop:app", True),
        ("hypercorn -b 0.0.0.0:8000 shop:app", False),
        ("granian --interface asgi shop:app", True),
        ("daphne shop.asgi:application", True),
        ("daphne -b 0.0.0.0 shop.asgi:application", False),
        ("flask --app shop run", True),
        ("flask run -h 0.0.0.0", False),
        ("python manage.py runserver", True),
        ("python manage.py runserver 8000", True),
        ("python manage.py runserver 0.0.0.0:8000", False),
        ("python manage.py runserver 0:8000", False),
        ("litestar --app shop:app run", True),
        ("fastapi run shop.py", False),
    ],
)
def test_a_server_that_listens_on_localhost_by_itself_is_named(command: str, local: bool) -> None:
    procfile = places({**FLASK, "Procfile": f"web: {command}\n"})
    dockerfile = places({**FLASK, "Dockerfile": f"FROM python:3.12\nCMD {command}\n"})

    assert (procfile, dockerfile) == ((["Procfile:1"], ["Dockerfile:2"]) if local else ([], []))


def test_an_address_that_the_image_sets_reaches_the_server() -> None:
    text = "FROM python:3.12\nENV UVICORN_HOST=0.0.0.0\nCMD uvicorn shop:app\n"

    assert places({**FLASK, "Dockerfile": text}) == []


ROUTER = "router = APIRouter(){}\n\n@router.get('/health')\ndef h(): ..."


@pytest.mark.parametrize(
    ("files", "path"),
    [
        (
            {
                "main.py": FASTAPI + "app.include_router(up.router, prefix=settings.API)",
                "up.py": ROUTER.format(""),
                "conf.py": "class Settings:\n    API: str = '/api/v1'\n",
            },
            "/api/v1/health",
        ),
        ({"main.py": FASTAPI + "app.include_router(up.router, prefix=settings.API)", "up.py": ROUTER.format("")}, None),
        (
            {"main.py": FASTAPI + "app.include_router(up.router, prefix=f'{A}/v1')", "up.py": ROUTER.format("")},
            None,
        ),
        (
            {
                "main.py": "from api.main import api\n" + FASTAPI + "app.include_router(api, prefix='/api')",
                "api/main.py": "from api import up\napi = APIRouter(prefix='/v1')\napi.include_router(up.router)",
                "api/up.py": ROUTER.format(""),
            },
            "/api/v1/health",
        ),
        (
            {
                "main.py": "from up import router as wellness\n" + FASTAPI + "app.include_router(wellness)",
                "up.py": ROUTER.format(""),
            },
            "/health",
        ),
        (
            {
                "main.py": "def make():\n    app = FastAPI()\n    app.include_router(up.router, prefix='/api')\n",
                "up.py": ROUTER.format(""),
            },
            "/api/health",
        ),
        ({"main.py": FASTAPI, "up.py": ROUTER.format("")}, None),
        ({"main.py": "r = APIRouter()\nr.include_router(r)\n@r.get('/health')\ndef h(): ..."}, None),
        (
            {
                "main.py": "app = Flask(__name__)\nbp = Blueprint('a', __name__, url_prefix='/own')\n"
                "@bp.route('/health')\ndef h(): ...\napp.register_blueprint(bp, url_prefix='/given')"
            },
            "/given/health",
        ),
        ({"main.py": "app.add_routes([web.get('/health', up)])"}, "/health"),
        ({"main.py": "app.add_routes([web.get('/health', up)])\nroot.add_subapp('/api', app)"}, None),
        ({"main.py": "Application([(r'/healthz', UpHandler)])"}, "/healthz"),
        ({"main.py": "from litestar import get\n@get('/health')\ndef h(): ..."}, "/health"),
        ({"main.py": "from litestar import get\n@get('/health')\ndef h(): ...\nRouter('/api', [h])"}, None),
    ],
)
def test_a_health_path_is_told_with_every_prefix_or_not_at_all(files: dict[str, str], path: str | None) -> None:
    detection = detected({"requirements.txt": "fastapi==1\n", **files})

    assert (detection.health.path if detection.health else None) == path


DJANGO = {
    "requirements.txt": "Django==5\ngunicorn==22\nwhitenoise==6\n",
    "manage.py": "os.environ.setdefault('DJANGO_SETTINGS_MODULE', 'conf.settings.local')",
    "conf/settings/local.py": "DEBUG = True",
    "conf/settings/base.py": "STATIC_ROOT = 'x'",
    "conf/settings/production.py": "DEBUG = False",
    "conf/wsgi.py": "os.environ.setdefault('DJANGO_SETTINGS_MODULE', 'conf.settings.production')",
}


def test_static_files_are_collected_under_the_settings_that_serve() -> None:
    detection = detected(DJANGO)

    assert isinstance(detection.install, PythonInstall)
    assert detection.install.settings == "conf.settings.production"
    assert "RUN DJANGO_SETTINGS_MODULE=conf.settings.production SECRET_KEY=build" in recipe.dockerfile(detection)


def test_static_files_that_wait_for_variables_are_collected_at_the_start_under_those_settings() -> None:
    detection = detected({**DJANGO, "conf/settings/production.py": "URL = env('DATABASE_URL')"})

    assert detection.start is not None
    assert detection.start.command[2].startswith(
        "DJANGO_SETTINGS_MODULE=${DJANGO_SETTINGS_MODULE:-conf.settings.production} python manage.py collectstatic"
    )


def test_one_settings_module_for_both_is_left_to_manage_py() -> None:
    detection = detected({**DJANGO, "manage.py": DJANGO["conf/wsgi.py"]})

    assert isinstance(detection.install, PythonInstall)
    assert detection.install.settings == ""


@pytest.mark.parametrize(
    ("served", "told"), [("conf.settings.local", True), ("conf.settings.production", False), ("conf.settings", False)]
)
def test_serving_with_settings_for_development_is_said_with_the_variable_to_set(served: str, told: bool) -> None:
    wsgi = f"os.environ.setdefault('DJANGO_SETTINGS_MODULE', '{served}')"

    notes = detected({**DJANGO, "conf/wsgi.py": wsgi}).notes

    assert any("env set DJANGO_SETTINGS_MODULE=conf.settings.production" in note for note in notes) is told


@pytest.mark.parametrize(
    ("listed", "extra"),
    [
        ("fastapi", ("uvicorn",)),
        ("fastapi[standard]", ()),
        ("litestar[cli,standard]", ()),
        ("fastapi[x]", ("uvicorn",)),
    ],
)
def test_a_server_that_a_framework_brings_is_not_added_again(listed: str, extra: tuple[str, ...]) -> None:
    by_project = detected(
        {"pyproject.toml": f"[project]\ndependencies = ['{listed}>=1']\n", "main.py": FASTAPI}
    ).install
    by_list = detected({"requirements.txt": f"a==1\n{listed}==1\n", "main.py": FASTAPI}).install

    assert isinstance(by_project, PythonInstall)
    assert isinstance(by_list, PythonInstall)
    assert (by_project.extra, by_list.extra) == (extra, extra)


@pytest.mark.parametrize(("lock", "pinned"), [("[[package]]\nname = 'fastapi'\nversion = '1'\n", True), ("", False)])
def test_a_lock_file_of_pdm_pins_the_versions(lock: str, pinned: bool) -> None:
    detection = detected(
        {"pyproject.toml": "[project]\ndependencies = ['fastapi']\n", "pdm.lock": lock, "main.py": FASTAPI}
    )

    assert detection.packages is not None
    assert detection.packages.lock == ("pdm.lock" if pinned else None)
    assert (detection.problems == ()) is pinned


@pytest.mark.parametrize(
    ("code", "number"),
    [
        ("define('port', default=8899, help='where', type=int)\napp.listen(options.port)", 8899),
        ("define(\n  'port',\n  type=int,\n  default=8899,\n)", 8899),
        ("parser.add_argument('-p', '--port', type=int, default=8899)", 8899),
        ("@click.option('--port', default=8899, show_default=True)", 8899),
        ("port: int = typer.Option(8899, '--port', default=8899)", 8899),
        ("app.listen(8899)", 8899),
        ("parser.add_argument('--db-port', default=5432)", 8888),
    ],
)
def test_the_port_is_the_default_of_the_apps_own_option(code: str, number: int) -> None:
    text = f"import tornado\n{code}\nif __name__ == '__main__':\n  serve_forever()\n"

    detection = detected({"requirements.txt": "tornado==6\n", "main.py": text})

    assert detection.port is not None
    assert (detection.port.number, detection.port.assumed) == (number, number == 8888)


def test_a_router_that_its_package_hands_on_is_reached_through_it() -> None:
    detection = detected(
        {
            "requirements.txt": "fastapi==1\n",
            "shop/app.py": "from shop.api.all import a\napp = FastAPI()\napp.include_router(router=a, prefix='/api')\n",
            "shop/api/all.py": "from shop.api import care\na = APIRouter()\na.include_router(care.router)\n",
            "shop/api/care/__init__.py": "from shop.api.care.views import router\n",
            "shop/api/care/views.py": "router = APIRouter()\n\n@router.get('/health')\ndef h(): ...\n",
        }
    )

    assert detection.defaults.health_path == "/api/health"


def test_a_program_that_is_run_with_the_loopback_address_is_no_server() -> None:
    text = 'subprocess.run(["ping", "localhost"])\nif __name__ == "__main__":\n    serve(app, port=8080)\n'

    assert detected({"requirements.txt": "x==1", "main.py": text}).problems == ()
