"""The Dockerfile of a Python app, in stages:

    deps ─► test          deps: a virtual environment in /venv, from manifests and lock file alone
      └───► (final)       the test stage adds what only the tests need

Where something asks for the app as an installed package there is a stage `build` after deps, which installs it.

The final image holds /venv and the sources; a change of the code alone only copies.
"""

from collections.abc import Mapping

from fairway.build.detect import python_packages, shell
from fairway.build.recipe import python_listed as listed
from fairway.build.recipe import text
from fairway.domain.detection import Detection, Manager, PythonInstall

CERTIFICATES = (
    f"if [ -s {text.CA} ]; then export PIP_CERT={text.CA} SSL_CERT_FILE={text.CA} REQUESTS_CA_BUNDLE={text.CA}; fi;"
)
CACHES = "/var/cache/python"
"""Of pip, poetry and uv, which is said to them by XDG_CACHE_HOME."""
CACHE = f"--mount=type=cache,id=fairway-pip,target={CACHES}"
MOUNTS = (CACHE, text.SECRET)
ENVIRONMENT = {
    "PATH": "/venv/bin:$PATH",
    "PYTHONUNBUFFERED": "1",
    "PYTHONDONTWRITEBYTECODE": "1",
}
PIP = "pip install --disable-pip-version-check"
BUILDING = "SECRET_KEY=build DJANGO_SECRET_KEY=build"


def dockerfile(
    detection: Detection, needs: PythonInstall, *, base: str, test: str | None, args: Mapping[str, str]
) -> str:
    """The whole Dockerfile."""
    parts = [
        text.header(detection),
        "\n".join(dependencies(detection, needs, base)),
        *(["\n".join(itself(detection))] if needs.project else []),
        *(["\n".join(tests(detection, needs, test, args))] if test else []),
        "\n".join(final(detection, needs, base)),
    ]
    return "\n\n".join(parts) + "\n"


def dependencies(detection: Detection, needs: PythonInstall, base: str) -> list[str]:
    """The virtual environment with what runs."""
    debian = list(dict.fromkeys((*needs.headers, *needs.libraries)))
    lines = [f"FROM {base} AS deps", *([text.apt(debian)] if debian else [])]
    lines += [
        "RUN python3 -m venv /venv",
        "WORKDIR /app",
        text.variables({**environment(needs), "XDG_CACHE_HOME": CACHES}),
        *installer(detection),
        *(["COPY . ."] if needs.whole else text.copies(needs.manifests)),
    ]
    lines.append(install(main_command(detection, needs)))
    if needs.extra:
        lines.append(install(f"{add_command(detection)} {' '.join(shell.quote(name) for name in needs.extra)}"))
    return lines


def environment(needs: PythonInstall) -> dict[str, str]:
    """What every stage sets, with the import path."""
    path = ":".join("/app" if folder == "." else f"/app/{folder}" for folder in needs.roots)
    return {**ENVIRONMENT, "PYTHONPATH": path}


def installer(detection: Detection) -> list[str]:
    """poetry and uv, each in an environment of its own, so that the app's packages never meet the installer's."""
    manager = detection.packages.manager if detection.packages else Manager.PIP
    if manager in (Manager.PIP, Manager.PIPENV):
        return []
    wanted = manager.value
    if manager is Manager.POETRY:
        wanted = "poetry poetry-plugin-export" if detection.packages and detection.packages.lock else "poetry-core"
    made = f"python3 -m venv /opt/{manager.value} && /opt/{manager.value}/bin/{PIP} {wanted}"
    variables = {
        Manager.UV: {"UV_PROJECT_ENVIRONMENT": "/venv", "UV_LINK_MODE": "copy", "UV_PYTHON_DOWNLOADS": "never"}
    }
    more = variables.get(manager, {"POETRY_NO_INTERACTION": "1"})
    return [install(made), text.variables({**more, "PATH": f"/venv/bin:/opt/{manager.value}/bin:$PATH"})]


def main_command(detection: Detection, needs: PythonInstall) -> str:
    """The command that installs what runs."""
    manager = detection.packages.manager if detection.packages else Manager.PIP
    locked = bool(detection.packages and detection.packages.lock)
    match manager:
        case Manager.UV:
            return "uv sync --locked --no-dev" + ("" if needs.whole else " --no-install-project")
        case Manager.POETRY:
            return exported("--only main") if locked else from_list(listed.POETRY_MAIN, POETRY)
        case _ if needs.requirements:
            return f"{PIP} -r {shell.quote(needs.requirements)}"
        case _ if needs.pipfile:
            return from_list(listed.LOCKED if needs.pipfile.endswith(".lock") else listed.PIPFILE)
        case _ if detection.packages and detection.packages.lock == python_packages.PDM:
            return from_list(listed.PROJECT, constraints=listed.PDM)
        case _ if needs.whole:
            return f"{VERSIONED} {PIP} ."
        case _:
            return from_list(listed.PROJECT)


def exported(groups: str) -> str:
    """The command that installs what poetry.lock holds, by pip: poetry asks the registry for every package's metadata
    again, in a way that mirrors and proxies often don't have, and the lock file has all that it takes."""
    return f"poetry export {groups} --output /tmp/requirements.txt && {PIP} -r /tmp/requirements.txt"


def from_list(program: str, python: str = "python3", constraints: str = "") -> str:
    """The command that installs what a program in Python prints, in the versions that `constraints` prints."""
    made = f"{python} -c {shell.quote(program)} > /tmp/requirements.txt"
    if not constraints:
        return f"{made} && {PIP} -r /tmp/requirements.txt"
    return (
        f"{made} && {python} -c {shell.quote(constraints)} > /tmp/constraints.txt && "
        f"{PIP} -r /tmp/requirements.txt -c /tmp/constraints.txt"
    )


POETRY = "/opt/poetry/bin/python"
VERSIONED = "SETUPTOOLS_SCM_PRETEND_VERSION=${SETUPTOOLS_SCM_PRETEND_VERSION:-0.0.0}"
"""Tools that take the version from git would fail: the image has no .git."""


def itself(detection: Detection) -> list[str]:
    """The stage that installs the app as a package, beside its dependencies."""
    manager = detection.packages.manager if detection.packages else Manager.PIP
    command = "uv sync --locked --no-dev" if manager is Manager.UV else f"{PIP} --no-deps ."
    return ["FROM deps AS build", "COPY . .", install(f"{VERSIONED} {command}")]


def add_command(detection: Detection) -> str:
    """The command that adds a package which nothing lists."""
    uv = detection.packages is not None and detection.packages.manager is Manager.UV
    return "uv pip install --python /venv/bin/python" if uv else f"/venv/bin/{PIP}"


def tests(detection: Detection, needs: PythonInstall, test: str, args: Mapping[str, str]) -> list[str]:
    """The stage that runs the tests."""
    manager = detection.packages.manager if detection.packages else Manager.PIP
    lines = [f"FROM {'build' if needs.project else 'deps'} AS test"]
    if manager is Manager.UV:
        lines.append(install("uv sync --locked --all-groups --no-install-project"))
    elif manager is Manager.POETRY:
        locked = bool(detection.packages and detection.packages.lock)
        lines.append(install(exported("--all-groups") if locked else from_list(listed.POETRY_ALL, POETRY)))
    elif needs.requirements and needs.development:
        lines.append(install(f"{PIP} {' '.join('-r ' + shell.quote(name) for name in needs.development)}"))
    elif needs.pipfile and needs.development:
        lines.append(install(f"{PIP} {' '.join(shell.quote(name) for name in needs.development)}"))
    if "pytest" in test:
        lines.append(install(f"python -c 'import pytest' 2>/dev/null || {add_command(detection)} pytest"))
    return [*lines, "COPY . .", *text.arguments(args), "ENV CI=true", text.run(test)]


def final(detection: Detection, needs: PythonInstall, base: str) -> list[str]:
    """The image that runs."""
    lines = [f"FROM {base}", text.variables({**environment(needs), **needs.variables})]
    if needs.libraries:
        lines.append(text.apt(needs.libraries))
    lines += [
        text.user("/app"),
        "WORKDIR /app",
        f"COPY --from={'build' if needs.project else 'deps'} /venv /venv",
        text.copy(["."], into="./", options=f"--chown={text.OWNER}"),
        f"USER {text.OWNER}",
    ]
    if needs.static:
        moved = f"cd {shell.quote(needs.static)} && " if needs.static != "." else ""
        chosen = f"DJANGO_SETTINGS_MODULE={needs.settings} " if needs.settings else ""
        lines.append(text.run(f"{moved}{chosen}{BUILDING} python manage.py collectstatic --noinput"))
    if detection.port:
        lines.append(f"EXPOSE {detection.port.number}")
    if detection.start:
        lines.append(text.exec_form(detection.start.command))
    return lines


def install(command: str) -> str:
    """A RUN that reaches the package registry."""
    return text.run(f"{CERTIFICATES} {text.BREAK} {command}", mounts=MOUNTS)
