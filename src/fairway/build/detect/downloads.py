"""What packages would fetch while they are installed, from hosts of their own, and no image of a backend can use.

A browser for tests is 200 MB, and where its host can't be reached the whole install fails. One that the app itself
starts is of no use either: it lies in the home of whoever installs, and lacks the system's libraries.
"""

from collections.abc import Iterable, Mapping

from fairway.build.detect.package_json import Package
from fairway.build.detect.source import Source
from fairway.domain.detection import Problem

SKIPPED = {
    "puppeteer": {"PUPPETEER_SKIP_DOWNLOAD": "1", "PUPPETEER_SKIP_CHROMIUM_DOWNLOAD": "1"},
    "playwright": {"PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD": "1"},
    "cypress": {"CYPRESS_INSTALL_BINARY": "0"},
    "electron": {"ELECTRON_SKIP_BINARY_DOWNLOAD": "1"},
    "chromedriver": {"CHROMEDRIVER_SKIP_DOWNLOAD": "true"},
    # They fetch the server at the first test that asks for it.
    "mongodb-memory-server": {"MONGOMS_DISABLE_POSTINSTALL": "1"},
    "redis-memory-server": {"REDISMS_DISABLE_POSTINSTALL": "1"},
}
"""The variables by which each of these packages fetches nothing."""
BROWSERS = {"puppeteer": "PUPPETEER_EXECUTABLE_PATH=/usr/bin/chromium", "playwright": "executablePath"}
"""Those whose browser an app itself may start, and how each is told of another one."""
UNCHECKED = "SKIP_ENV_VALIDATION"
"""By T3's convention a build without variables is told so: they are checked as the app starts."""


def variables(packages: Iterable[Package], sources: Iterable[Source]) -> Mapping[str, str]:
    """What the install and the build are told by variables."""
    names = {name for package in packages for name in package.everything}
    found = {key: value for name, told in SKIPPED.items() if name in names for key, value in told.items()}
    if any(UNCHECKED in source.text for source in sources):
        found[UNCHECKED] = "1"
    return found


def problems(package: Package) -> tuple[Problem, ...]:
    """The browsers that the app means to start, and that the image has not got."""
    return tuple(
        Problem(
            what=f"{name} starts a browser, and the image has none",
            why="a browser needs system libraries that no package brings; what does not start one works",
            fix=f"add a Dockerfile that installs chromium, and tell {name} of it ({told})",
            where="package.json",
        )
        for name, told in BROWSERS.items()
        if name in package.dependencies
    )
