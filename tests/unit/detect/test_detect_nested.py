"""A root that builds the page beside the backend that it starts."""

import pytest

from fairway.domain.detection import Detection, NodeInstall
from support.detect_room import detected, package

BUILD = "npm install --prefix backend && npm install --prefix page && npm run build --prefix page"
FILES = {
    "package.json": package(scripts={"build": BUILD, "start": "npm start --prefix backend"}),
    "backend/package.json": package(scripts={"start": "node a.js"}, dependencies={"express": "4", "bcrypt": "5"}),
    "backend/package-lock.json": "{}",
    "backend/a.js": "app.get('/health', f); app.listen(process.env.PORT || 5001)",
    "page/package.json": package(scripts={"build": "vite build"}, devDependencies={"vite": "5"}),
}


def install_of(detection: Detection) -> NodeInstall:
    """What the image installs."""
    assert isinstance(detection.install, NodeInstall)
    return detection.install


def test_the_root_s_build_is_run_and_the_backend_started_in_its_folder() -> None:
    detection = detected(FILES)

    assert (detection.context, detection.directory) == (".", "backend")
    assert detection.start is not None and detection.start.command == ("node", "a.js")
    assert detection.port is not None and detection.port.where == "backend/a.js:1"
    assert detection.build is None
    install = install_of(detection)
    assert (install.before_build, install.kept, install.installs) == (("npm run build",), ("backend",), True)
    assert install.native == ("bcrypt",)
    assert "package.json's build script is run for page (package.json:3)" in detection.notes
    assert not [problem for problem in detection.problems if "no lock file" in problem.what]


def test_what_the_build_does_not_install_for_the_backend_is_installed_before_it() -> None:
    scripts = {"build": "cd page && npm install && npm run build", "start": "cd backend && npm start"}

    install = install_of(detected({**FILES, "package.json": package(scripts=scripts)}))

    assert install.before_build == ("(cd backend && npm ci)", "npm run build")


def test_a_backend_that_the_root_does_not_build_is_built_in_its_folder() -> None:
    compiled = package(scripts={"start": "node dist/a.js", "build": "tsc"}, dependencies={"express": "4"})
    both = f"{BUILD} && npm run build --prefix backend"
    start = "npm start --prefix backend"

    left = detected({**FILES, "backend/package.json": compiled})
    done = detected(
        {**FILES, "backend/package.json": compiled, "package.json": package(scripts={"build": both, "start": start})}
    )

    assert left.build is not None and left.build.command == "npm run build"
    assert done.build is None


@pytest.mark.parametrize(
    "more",
    [
        {"package.json": package(scripts={"build": "cd backend && npm ci", "start": "npm start --prefix backend"})},
        {"package.json": package(scripts={"start": "npm start --prefix backend"})},
        {"backend/package-lock.json": "", "backend/yarn.lock": "express@4:\n"},
        {"backend/prisma/schema.prisma": 'generator client {\n provider = "prisma-client-js"\n}'},
    ],
    ids=["the build makes nothing else", "no build", "another package manager", "Prisma"],
)
def test_otherwise_the_backend_s_folder_is_deployed_alone(more: dict[str, str]) -> None:
    files = {path: text for path, text in {**FILES, **more}.items() if text}
    if "backend/prisma/schema.prisma" in more:
        files["backend/package.json"] = package(scripts={"start": "node a.js"}, dependencies={"prisma": "6"})

    detection = detected(files)

    assert (detection.context, detection.directory) == ("backend", "backend")
    assert install_of(detection).kept == ()


@pytest.mark.parametrize(
    ("scripts", "installs"),
    [
        ({"build": "npm install --prefix client && npm run build --prefix client"}, True),
        ({"heroku-postbuild": "cd client && npm ci && npm run build"}, True),
        ({"build": "npm run page", "page": "cd client && yarn && yarn build"}, True),
        ({"postinstall": "pnpm -C client install"}, True),
        ({"build": "tsc"}, False),
        ({"build": "yarn build:all", "build:all": "tsc", "setup": "npm install"}, False),
    ],
)
def test_a_build_that_installs_in_another_folder_is_known(scripts: dict[str, str], installs: bool) -> None:
    files = {"package.json": package(scripts={**scripts, "start": "node a.js"}), "a.js": ""}

    assert install_of(detected(files)).installs is installs


@pytest.mark.parametrize(
    ("scripts", "kept"),
    [
        ({"postinstall": "npm install --prefix backend", "start": "node backend/a.js"}, ("backend",)),
        ({"build": "cd backend && npm ci", "start": "node ./backend/a.js"}, ("backend",)),
        ({"build": "cd page && npm ci && npm run build", "start": "node backend/a.js"}, ()),
        ({"build": "cd backend && npm run build", "start": "node backend/a.js"}, ()),
    ],
)
def test_what_a_hook_installs_beside_the_started_file_goes_into_the_image(
    scripts: dict[str, str], kept: tuple[str, ...]
) -> None:
    detection = detected({**FILES, "package.json": package(scripts=scripts)})

    assert detection.directory == "."
    assert install_of(detection).kept == kept
    assert install_of(detection).native == (("bcrypt",) if kept else ())
