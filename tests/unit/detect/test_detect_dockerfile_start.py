"""Whether a Dockerfile's image starts anything, and whether what it starts is heard."""

import pytest

from fairway.domain.detection import Problem
from support.detect_room import detected, package

NODE = {"package.json": package(scripts={"start": "node a.js"}), "a.js": "x.listen(process.env.PORT || 3000)"}
RUNS = "#!/bin/sh\nset -e\nmigrate\n"


def fatal(files: dict[str, str]) -> Problem | None:
    """The problem that leaves nothing to start."""
    return next(iter(detected(files).fatal), None)


@pytest.mark.parametrize(
    "entrypoint", ["tini --", "/usr/bin/tini -g --", "/usr/bin/dumb-init --", "gosu app", "su-exec app"]
)
def test_what_only_passes_signals_on_starts_nothing_by_itself(entrypoint: str) -> None:
    words = ", ".join(f'"{word}"' for word in entrypoint.split())
    bare = f"FROM ruby:3\nENTRYPOINT [{words}]\n"

    problem = fatal({"Gemfile": "", "Dockerfile": bare})
    started = fatal({"Gemfile": "", "Dockerfile": f'{bare}CMD ["rails", "server"]\n'})

    assert problem is not None and started is None
    assert problem.what == f'Dockerfile starts nothing: "{entrypoint}"'
    assert problem.why.endswith("starts what it is given, and there is no CMD")
    assert problem.start


@pytest.mark.parametrize(
    ("script", "end", "starts"),
    [
        (RUNS + 'exec "$@"\n', "", False),
        (RUNS + 'exec gosu app "$@"\n', "", False),
        (RUNS + 'exec "${@}"\n', 'CMD ["serve"]', True),
        (RUNS + "exec gunicorn shop:app\n", "", True),
        (RUNS + 'exec gunicorn shop:app "$@"\n', "", True),
    ],
)
def test_a_script_that_runs_what_it_is_given_starts_nothing_without_it(script: str, end: str, starts: bool) -> None:
    text = f'FROM company/base:1\nCOPY up/entrypoint /entrypoint\nENTRYPOINT ["/entrypoint"]\n{end}\n'

    assert (fatal({"up/entrypoint": script, "Dockerfile": text}) is None) is starts


def test_the_apps_own_start_is_given_to_what_starts_nothing() -> None:
    detection = detected({**NODE, "Dockerfile": 'FROM node:22\nCOPY . .\nENTRYPOINT ["tini", "--"]\n'})

    assert detection.defaults.command == ("node", "a.js")
    assert [problem.fatal for problem in detection.problems] == [False]


@pytest.mark.parametrize(("base", "fits"), [("node:22", True), ("company/base:1", True), ("ruby:3", False)])
def test_the_apps_own_start_is_not_put_into_an_image_of_another_language(base: str, fits: bool) -> None:
    problem = fatal({**NODE, "Dockerfile": f'FROM {base}\nCOPY . .\nENTRYPOINT ["tini", "--"]\n'})

    assert (problem is None) is fits


@pytest.mark.parametrize(
    ("text", "heard"),
    [
        ('FROM php:8-fpm-alpine\nCMD ["php-fpm"]', False),
        ('FROM php:8-cli\nENTRYPOINT ["/up.sh"]\nCMD ["php-fpm8.3", "-F"]', False),
        ("FROM php:8-fpm", False),
        ("FROM php:8-fpm\nRUN apk add nginx supervisor\nCMD php-fpm -D && nginx", True),
        ("FROM php:8-apache", True),
        ('FROM dunglas/frankenphp:1\nCMD ["frankenphp", "run"]', True),
    ],
)
def test_php_fpm_without_a_web_server_speaks_no_http(text: str, heard: bool) -> None:
    problem = fatal({"composer.json": "{}", "Dockerfile": f"{text}\n"})

    assert (problem is None) is heard
    assert problem is None or "FastCGI" in problem.what


def test_the_cause_at_the_root_is_told_and_not_the_web_server_beside_it() -> None:
    files = {"Dockerfile": "FROM php:8-fpm\n", "nginx/Dockerfile": "FROM nginx:1\nCOPY a.conf /etc/nginx/\n"}

    problem = fatal({**files, "nginx/a.conf": ""})

    assert problem is not None and "FastCGI" in problem.what


FLASK = {"requirements.txt": "flask==3\nuwsgi==2\n", "app.py": "app = Flask(__name__)"}
INI = "[uwsgi]\nmodule = app:app\ndie-on-term = true\n"


@pytest.mark.parametrize(
    ("ini", "command", "port"),
    [
        (INI + "http-socket = :9090\n", '["uwsgi", "--ini", "/srv/app/conf/uwsgi.ini"]', (9090, None)),
        (INI + "http = 0.0.0.0:9090\n", "uwsgi conf/uwsgi.ini", (9090, None)),
        (INI + "http-socket = :$(PORT)\n", "uwsgi conf/uwsgi.ini", (8000, "PORT")),
        (INI + "socket = :9090\nprotocol = http\n", "uwsgi conf/uwsgi.ini", (9090, None)),
        (INI, "uwsgi --http :$PORT --ini conf/uwsgi.ini", (8000, "PORT")),
        (INI + "socket = :3031\n", "uwsgi --http 0.0.0.0:9090 --ini conf/uwsgi.ini", (9090, None)),
    ],
)
def test_the_port_of_uwsgi_is_that_of_its_file_or_its_options(
    ini: str, command: str, port: tuple[int, str | None]
) -> None:
    detection = detected({**FLASK, "conf/uwsgi.ini": ini, "Dockerfile": f"FROM python:3.12\nCMD {command}\n"})

    assert detection.port is not None
    assert (detection.port.number, detection.port.variable) == port
    assert detection.problems == ()


@pytest.mark.parametrize(
    ("setting", "what"),
    [
        ("socket = :3031", "uWSGI speaks its own protocol here, and no HTTP"),
        ("socket = /tmp/shop.sock", "uWSGI speaks its own protocol here, and no HTTP"),
        ("http = 127.0.0.1:9090", "the app can't be reached from outside its container"),
    ],
)
def test_a_uwsgi_that_nobody_hears_is_told(setting: str, what: str) -> None:
    detection = detected({**FLASK, "uwsgi.ini": INI + setting, "Procfile": "web: uwsgi uwsgi.ini\n"})

    assert [problem.what for problem in detection.problems] == [what]
    assert detection.problems[0].where == "uwsgi.ini:4"


def test_a_uwsgi_that_reloads_at_the_stop_signal_is_told() -> None:
    text = "FROM python:3.12\nCMD uwsgi --http-socket :7000 --module app:app\n"

    detection = detected({**FLASK, "Dockerfile": text})

    assert [problem.what for problem in detection.problems] == ["uWSGI does not end when it is told to stop"]
    assert not detection.fatal
    assert detection.defaults.port == 7000


SERVE = "#!/bin/sh\nset -e\n# gunicorn is for production\n{}\n"
SCRIPT = 'FROM python:3.12\nCOPY . .\nENTRYPOINT ["/up/entrypoint.sh"]\nCMD ["serve"]\n'


@pytest.mark.parametrize(
    ("lines", "port", "where"),
    [
        (
            "flask db upgrade\nexec gunicorn 'app:app' \\\n  --bind 0.0.0.0:7000 \\\n  --workers 2",
            7000,
            "up/entrypoint.sh:5",
        ),
        ("exec uwsgi --http-socket :7000 --die-on-term", 7000, "up/entrypoint.sh:4"),
        ("exec uvicorn app:app --host 0.0.0.0 --port 7000", 7000, "up/entrypoint.sh:4"),
        ("if a; then\n gunicorn -b :7000 a\nelse\n gunicorn -b :7001 a\nfi", 8000, "app.py:1"),
    ],
)
def test_the_only_server_that_a_start_script_starts_says_the_port(lines: str, port: int, where: str) -> None:
    detection = detected({**FLASK, "Dockerfile": SCRIPT, "up/entrypoint.sh": SERVE.format(lines)})

    assert detection.port is not None
    assert (detection.port.number, detection.port.where) == (port, where)
    assert detection.problems == ()


@pytest.mark.parametrize(
    ("line", "what"),
    [
        ("exec uvicorn app:app --reload --host 0.0.0.0", "Dockerfile is for development"),
        ("exec uvicorn app:app --port 7000", "the app can't be reached from outside its container"),
    ],
)
def test_what_is_wrong_with_the_server_of_a_start_script_is_told_by_its_line(line: str, what: str) -> None:
    detection = detected({**FLASK, "Dockerfile": SCRIPT, "up/entrypoint.sh": SERVE.format(line)})

    assert [problem.where for problem in detection.problems] == ["up/entrypoint.sh:4"]
    assert detection.problems[0].what.startswith(what)


def test_a_dockerfile_for_development_names_the_one_for_production_beside_it() -> None:
    dev = "FROM python:3.12\nCMD uvicorn app:app --reload --host 0.0.0.0\n"

    detection = detected({**FLASK, "Dockerfile": dev, "Dockerfile.prod": "FROM python:3.12\nCMD gunicorn app:app\n"})

    assert detection.problems[0].fix == 'build the one beside it: [build] dockerfile = "Dockerfile.prod"'


def test_the_server_behind_a_web_server_of_the_image_says_nothing() -> None:
    script = SERVE.format("nginx\nexec gunicorn -b 127.0.0.1:8000 app:app")

    detection = detected({**FLASK, "Dockerfile": f"{SCRIPT}EXPOSE 80\n", "up/entrypoint.sh": script})

    assert (detection.defaults.port, detection.problems) == (80, ())


@pytest.mark.parametrize(
    ("files", "command", "port", "reached"),
    [
        ({"app.py": "import flask\nif __name__ == '__main__':\n  app.run(debug=True)"}, "python app.py", 5000, False),
        ({"app.py": "app.run(host='0.0.0.0', port=7000)"}, '["python3", "-u", "/srv/app.py"]', 7000, True),
        ({"app.py": "app.run('0.0.0.0', int(os.environ.get('PORT', 7000)))"}, "exec python app.py", 7000, True),
        ({"a/__main__.py": "uvicorn.run('a:b', host='0.0.0.0', port=7000)"}, '["python", "-m", "a"]', 7000, True),
        ({"src/b.py": "uvicorn.run('b:c', host='127.0.0.1', port=7000)"}, "cd src && python b.py", 7000, False),
        ({"a.py": "serve(app, port=config.PORT)", "config.py": "PORT: int = 7000"}, "python a.py", 7000, True),
    ],
)
def test_a_file_that_is_the_images_process_says_its_own_port_and_address(
    files: dict[str, str], command: str, port: int, reached: bool
) -> None:
    made = {"requirements.txt": "flask==3\n", "wsgi.py": "app = Flask(__name__)"}

    detection = detected({**made, **files, "Dockerfile": f"FROM python:3.12\nCMD {command}\n"})

    assert detection.defaults.port == port
    assert (detection.problems == ()) is reached


@pytest.mark.parametrize("command", ["python -m uvicorn shop:app --host 0.0.0.0", "python -m celery", "python gone.py"])
def test_a_module_that_is_not_the_apps_says_nothing(command: str) -> None:
    code = "app.run(port=7000)"

    detection = detected({**FLASK, "uvicorn.py": code, "celery.py": code, "Dockerfile": f"FROM x\nCMD {command}\n"})

    assert detection.defaults.port == 8000
