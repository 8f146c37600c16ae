"""Dash, Streamlit and Gradio start as they need it, and are reached."""

import shlex

import pytest

from fairway.domain.detection import PythonInstall
from support.detect_room import detected

DASH = "from dash import Dash, html\napp = Dash(__name__)\n"
MAIN = 'if __name__ == "__main__":\n    '


def variables(files: dict[str, str]) -> dict[str, str]:
    """What the image sets for the app."""
    install = detected(files).install
    assert isinstance(install, PythonInstall)
    return dict(install.variables)


def test_dash_runs_under_gunicorn_where_its_server_is_at_hand() -> None:
    text = f"{DASH}server = app.server\n{MAIN}app.run(debug=True)\n"

    detection = detected({"requirements.txt": "dash==2.17\ngunicorn==22.0\n", "app.py": text})

    assert (detection.framework, detection.problems) == ("Dash", ())
    assert (detection.defaults.command, detection.defaults.port) == (("gunicorn", "app:server"), 8000)


@pytest.mark.parametrize("run", ["app.run(debug=True)", "app.run_server()"])
def test_dash_by_itself_is_told_to_be_reached_from_everywhere(run: str) -> None:
    files = {"requirements.txt": "dash==2.17\n", "app.py": f"{DASH}{MAIN}{run}\n"}

    detection = detected(files)

    assert (detection.defaults.command, detection.defaults.port) == (("python", "app.py"), 8050)
    assert variables(files) == {"HOST": "0.0.0.0", "PORT": "8050"}


def test_an_address_that_dash_s_file_gives_itself_counts() -> None:
    files = {"requirements.txt": "dash==2.17\n", "app.py": f"{DASH}{MAIN}app.run(host='0.0.0.0', port=9000)\n"}

    assert (detected(files).defaults.port, variables(files)) == (9000, {})


@pytest.mark.parametrize(
    ("paths", "chosen"),
    [
        (("app.py", "pages/one.py"), "app.py"),
        (("board.py", "lib/charts.py"), "board.py"),
        (("a.py", "streamlit_app.py"), "streamlit_app.py"),
        (("src/main.py", "src/pages/two.py"), "src/main.py"),
    ],
)
def test_streamlit_s_file_is_run_by_streamlit(paths: tuple[str, ...], chosen: str) -> None:
    files = {"requirements.txt": "streamlit==1.40\n"} | dict.fromkeys(paths, "import streamlit as st\nst.title('a')\n")

    detection = detected(files)

    line = "--server.address 0.0.0.0 --server.port ${PORT:-8501} --server.headless true"
    assert detection.defaults.command == ("sh", "-c", f"exec streamlit run {chosen} {line}")
    assert (detection.defaults.port, variables(files)) == (8501, {"PORT": "8501"})


@pytest.mark.parametrize("name", ["1_📈_My Board.py", "It's.py", "$(id).py"])
def test_a_name_that_a_shell_would_read_otherwise_is_quoted_for_streamlit(name: str) -> None:
    command = detected({"requirements.txt": "streamlit==1.40\n", name: "import streamlit as st\n"}).defaults.command

    assert command is not None
    assert shlex.split(command[2])[:4] == ["exec", "streamlit", "run", name]


@pytest.mark.parametrize(
    ("command", "port"),
    [("streamlit run app.py --server.port=9000", 9000), ("streamlit run app.py --server.port $PORT", 8000)],
)
def test_a_procfile_s_own_port_for_streamlit_counts(command: str, port: int) -> None:
    files = {"requirements.txt": "streamlit==1.40\n", "app.py": "import streamlit", "Procfile": f"web: {command}\n"}

    assert detected(files).defaults.port == port


@pytest.mark.parametrize(
    ("dockerfile", "port"),
    [("CMD streamlit run app.py --server.port=9000", 9000), ('CMD ["streamlit", "run", "app.py"]', 8501)],
)
def test_an_image_of_streamlit_listens_where_its_command_says(dockerfile: str, port: int) -> None:
    files = {
        "requirements.txt": "x==1\n",
        "app.py": "import streamlit",
        "Dockerfile": f"FROM python:3.12\n{dockerfile}\n",
    }

    assert detected(files).defaults.port == port


@pytest.mark.parametrize(("launch", "port"), [("demo.launch()", 7860), ("demo.queue().launch(server_port=9000)", 9000)])
def test_gradio_is_told_to_be_reached_from_everywhere(launch: str, port: int) -> None:
    text = f"import gradio as gr\ndemo = gr.Interface(f, 'text', 'text')\n{launch}\n"
    files = {"requirements.txt": "gradio==5.0\n", "app.py": text}

    detection = detected(files)

    assert (detection.defaults.command, detection.defaults.port) == (("python", "app.py"), port)
    assert variables(files) == {"GRADIO_SERVER_NAME": "0.0.0.0"}


def test_an_application_that_mounts_gradio_is_that_of_fastapi() -> None:
    text = (
        "import gradio as gr\nfrom fastapi import FastAPI\napp = FastAPI()\ngr.mount_gradio_app(app, demo, path='/')\n"
    )

    detection = detected({"requirements.txt": "fastapi==0.115\ngradio==5.0\nuvicorn==0.30\n", "app.py": text})

    assert detection.framework == "FastAPI"
    assert "uvicorn app:app" in " ".join(detection.defaults.command or ())
