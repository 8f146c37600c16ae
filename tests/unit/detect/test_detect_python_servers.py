"""The server that a Python application object is started under: the one that the app lists."""

import shlex

import pytest

from fairway.build.detect import python_django, python_served
from fairway.domain.detection import PythonInstall
from support.detect_room import detected

APP = "app = FastAPI()\n"
FACTORY = "from fastapi import FastAPI\ndef create_app():\n  return FastAPI()\n"
CHANNELS = {
    "manage.py": "os.environ.setdefault('DJANGO_SETTINGS_MODULE', 'shop.settings')",
    "shop/asgi.py": "",
    "shop/wsgi.py": "",
}


@pytest.mark.parametrize(
    ("listed", "code", "line", "extra"),
    [
        ("hypercorn==0.17", APP, "hypercorn shop:app --bind 0.0.0.0:${PORT:-8000}", ()),
        ("hypercorn==0.17", FACTORY, "hypercorn 'shop:create_app()' --bind 0.0.0.0:${PORT:-8000}", ()),
        ("granian==2", APP, "granian --interface asgi --host 0.0.0.0 --port ${PORT:-8000} shop:app", ()),
        (
            "litestar-granian==1",
            FACTORY,
            "granian --interface asgi --host 0.0.0.0 --port ${PORT:-8000} --factory shop:create_app",
            (),
        ),
        ("daphne==4", APP, "daphne -b 0.0.0.0 -p ${PORT:-8000} shop:app", ()),
        ("daphne==4", FACTORY, "uvicorn --factory shop:create_app --host 0.0.0.0 --port ${PORT:-8000}", ("uvicorn",)),
        ("hypercorn==0.17\nuvicorn==0.3", APP, "uvicorn shop:app --host 0.0.0.0 --port ${PORT:-8000}", ()),
        ("", APP, "uvicorn shop:app --host 0.0.0.0 --port ${PORT:-8000}", ("uvicorn",)),
    ],
)
def test_the_server_that_is_listed_serves(listed: str, code: str, line: str, extra: tuple[str, ...]) -> None:
    detection = detected({"requirements.txt": f"fastapi==1\n{listed}\n", "shop.py": code})

    assert detection.start is not None and detection.port is not None
    assert detection.start.command == ("sh", "-c", f"exec {line}")
    assert (detection.port.number, detection.port.variable, detection.problems) == (8000, "PORT", ())
    assert isinstance(detection.install, PythonInstall)
    assert detection.install.extra == extra


@pytest.mark.parametrize(
    ("listed", "line", "extra"),
    [
        ("channels==4\ndaphne==4", "daphne -b 0.0.0.0 -p ${PORT:-8000} shop.asgi:application", ()),
        (
            "channels==4\ngunicorn==23",
            "uvicorn shop.asgi:application --host 0.0.0.0 --port ${PORT:-8000}",
            ("uvicorn[standard]",),
        ),
    ],
)
def test_django_with_channels_is_served_by_what_speaks_websocket(
    listed: str, line: str, extra: tuple[str, ...]
) -> None:
    detection = detected({"requirements.txt": f"Django==5\n{listed}\n", **CHANNELS})

    assert detection.start is not None
    assert detection.start.command == ("sh", "-c", f"exec {line}")
    assert isinstance(detection.install, PythonInstall)
    assert detection.install.extra == extra


def test_a_django_in_a_folder_is_moved_to_for_a_server_that_has_no_option_for_it() -> None:
    moved = {f"web/{name}": text for name, text in CHANNELS.items()}

    detection = detected({"requirements.txt": "Django==5\nchannels==4\ndaphne==4\n", **moved})

    assert detection.start is not None
    assert detection.start.command[2] == "cd web && exec daphne -b 0.0.0.0 -p ${PORT:-8000} shop.asgi:application"


@pytest.mark.parametrize(
    ("listed", "options"),
    [
        ("eventlet==0.36", ("--worker-class", "eventlet")),
        (
            "gevent==24\ngevent-websocket==0.10",
            ("--worker-class", "geventwebsocket.gunicorn.workers.GeventWebSocketWorker"),
        ),
        ("gevent==24", ("--worker-class", "gevent")),
        ("simple-websocket==1", ("--threads", "100")),
    ],
)
def test_flask_with_socket_io_has_one_worker_of_the_kind_that_is_installed(
    listed: str, options: tuple[str, ...]
) -> None:
    files = {"requirements.txt": f"flask==3\nFlask-SocketIO==5\ngunicorn==23\n{listed}\n", "app.py": "app = Flask('x')"}

    detection = detected(files)

    assert detection.start is not None
    assert detection.start.command == ("gunicorn", "--workers", "1", *options, "app:app")


def test_socket_io_around_an_application_is_started_and_not_the_inner_one() -> None:
    code = "api = FastAPI()\nsio = socketio.AsyncServer()\napp = socketio.ASGIApp(sio, other_asgi_app=api)\n"

    detection = detected({"requirements.txt": "fastapi==1\nuvicorn==1\npython-socketio==5\n", "main.py": code})

    assert detection.start is not None
    assert detection.start.text == "uvicorn main:app"


@pytest.mark.parametrize(
    ("files", "command"),
    [
        (
            {"requirements.txt": "falcon==3\n", "look/app.py": "app = application = falcon.App()\n"},
            "gunicorn look.app:app",
        ),
        ({"requirements.txt": "falcon==1\n", "shop.py": "api = falcon.API(middleware=[])\n"}, "gunicorn shop:api"),
        ({"requirements.txt": "falcon==3\n", "shop.py": "app = falcon.asgi.App()\n"}, "uvicorn shop:app"),
        ({"requirements.txt": "bottle==0.13\n", "server.py": "run(host='0.0.0.0', port=7000)\n"}, "python server.py"),
        ({"requirements.txt": "robyn==0.6\n", "app.py": "__main__\napp.run()\nstart(port=7000)\n"}, "python app.py"),
    ],
)
def test_the_smaller_frameworks_have_their_start(files: dict[str, str], command: str) -> None:
    detection = detected(files)

    assert detection.start is not None
    assert detection.start.text == command
    assert detection.defaults.port == (7000 if command.startswith("python") else 8000)


@pytest.mark.parametrize(
    ("made", "word"),
    [
        (python_served.asgi(python_served.UVICORN, "main:app", False, "my app"), "my app"),
        (python_django.collecting(("gunicorn", "conf.wsgi"), "my site"), "my site/manage.py"),
    ],
)
def test_a_folder_that_a_shell_would_read_otherwise_is_quoted(made: tuple[str, ...], word: str) -> None:
    assert word in shlex.split(made[2])
