"""Rows of a build's table about Python's and Debian's packages: what pip, poetry, uv and apt print as they give up."""

import re

from fairway.domain import diagnosis_reach
from fairway.domain.diagnosis_output import Lines, Match, Row, found
from fairway.domain.diagnosis_text import Finding

NAME = r"[A-Za-z0-9][\w.-]*(?:\[[\w,-]+\])?"
HEADER = r"fatal error: ([\w./+-]+\.h): No such file"
TOOL = (
    r"(?:error: command '|unable to execute '|Unknown compiler\(s\): \[\['|/bin/sh: \d+: )"
    r"(gcc|g\+\+|cc|c\+\+|cargo|rustc|cmake)\b"
)
DEBIAN = {
    "Python.h": "python3-dev", "libpq-fe.h": "libpq-dev", "ffi.h": "libffi-dev", "openssl/ssl.h": "libssl-dev",
    "mysql.h": "default-libmysqlclient-dev", "ldap.h": "libldap2-dev", "zlib.h": "zlib1g-dev",
    "jpeglib.h": "libjpeg-dev", "xmlsec/xmlsec.h": "libxmlsec1-dev", "libxml/xpath.h": "libxml2-dev",
    "curl/curl.h": "libcurl4-openssl-dev",
}  # fmt: skip


def no_version(match: Match, lines: Lines) -> Finding:
    """The name or the version is unknown, or this Python is too old or too new for all that there are."""
    name = match["name"]
    # pip asks for the list of versions five times, and then speaks as if the list were empty.
    if found(lines, r"(connection broken by)") and found(lines, r"\(from versions: (none)\)"):
        return Finding(
            sentence=f"pip can't reach the package registry: it got no list of the versions of {name}",
            seen=found(lines, r"(connection broken by .*)"),
            fix=diagnosis_reach.FIX,
        )
    if wanted := found(lines, r"Requires-Python ([^\s;,]+)"):
        return Finding(
            sentence=f"no {name} runs on the image's Python: one that was left out wants Python {wanted}",
            fix="name another Python in .python-version, or another version of the package",
        )
    return Finding(
        sentence=f"pip finds no {name}: there is no such package or version, or none for the image's Python",
        fix="correct its name and version, or name another Python in .python-version",
    )


def contradiction(match: Match, lines: Lines) -> Finding:
    """Two requirements that exclude each other."""
    names = found(lines, r"Cannot install (.+?) because these package versions have conflicting dependencies")
    return Finding(
        sentence=f"the requirements contradict each other: {names}"
        if names
        else "the requirements contradict each other",
        fix="loosen one of them; the log names who wants what",
    )


def hashes(match: Match, lines: Lines) -> Finding:
    """The registry's file is another one than the lock file's."""
    return Finding(
        sentence="a package is not the one that the requirements' hashes name",
        fix="make the hashes anew (pip-compile --generate-hashes), once it is known why they differ",
    )


def no_file(match: Match, lines: Lines) -> Finding:
    """An -r of something that is not there."""
    return Finding(
        sentence=f"the requirements include {match['name']}, which is not in the image yet",
        fix="commit it, or COPY it before the install in the Dockerfile",
    )


def compiled(match: Match, lines: Lines) -> Finding:
    """A package without a wheel for this Python, and what its compiling lacked."""
    name = match["name"]
    if lacking := lacks(lines):
        return uncompiled(name, lacking)
    return Finding(
        sentence=f"{name} has no wheel for the image's Python, and compiling it failed",
        fix="take a version that has one (a newer one, mostly), or name an older Python in .python-version",
    )


def uncompiled(name: str, lacking: str) -> Finding:
    """The finding for a package whose compiling lacks something that Debian has."""
    instead = "psycopg2-binary needs none; otherwise " if name.startswith("psycopg2") else ""
    return Finding(
        sentence=f"{name} has no wheel for the image's Python, and compiling it needs {lacking}",
        fix=f"{instead}install that in a Dockerfile, or take a version that has a wheel",
    )


def lacks(lines: Lines) -> str:
    """The header or the program that a compilation did not find; "" when it was something else."""
    if header := found(lines, HEADER):
        return f"the header {header}" + (f" (Debian's {DEBIAN[header]})" if header in DEBIAN else "")
    if tool := found(lines, TOOL):
        return f"the program {tool}"
    missing = any("pg_config executable not found" in line for line in lines)
    return "the program pg_config (Debian's libpq-dev)" if missing else ""


def unprepared(match: Match, lines: Lines) -> Finding:
    """A package whose own build script fails before anything is compiled: it is older than the image's Python or than
    today's setuptools. The package stands in the last `Collecting`, its error in the last line that is one."""
    names = [named[1] for line in lines if (named := re.search(rf"^\s*Collecting ({NAME}\S*)", line))]
    errors = [line.strip() for line in lines if re.search(r"^\s*\w+(?:Error|Exception)\b: ", line)]
    name = names[-1] if names else "a package"
    if lacking := lacks(lines):
        return uncompiled(name, lacking)
    return Finding(
        sentence=f"{name} can't be built on the image's Python: its own build script fails",
        seen=errors[-1] if errors else "",
        fix="take a newer version of it, best one with a wheel, or name an older Python in .python-version",
    )


def stale(match: Match, lines: Lines) -> Finding:
    """poetry.lock or uv.lock is older than pyproject.toml."""
    tool = "uv" if "uv.lock" in match[0] else "poetry"
    return Finding(
        sentence=f"{tool}.lock does not fit pyproject.toml any more", fix=f"run {tool} lock and commit {tool}.lock"
    )


def no_debian(match: Match, lines: Lines) -> Finding:
    """apt knows no such package in the image's release of Debian, or got no list of packages at all."""
    if host := found(lines, r"(?:Temporary failure resolving '|Could not connect to )([\w.-]+)"):
        return Finding(
            sentence=f"apt can't reach {host}: it got no list of packages",
            seen=found(lines, r"(.*(?:Temporary failure resolving|Could not connect to).*)"),
            fix=diagnosis_reach.FIX,
        )
    return Finding(
        sentence=f"Debian has no package {match['name']} in the release that the base image is made of",
        fix="name one that it has (netcat is netcat-openbsd since Debian 12), or another base image",
    )


def settings(match: Match, lines: Lines) -> Finding:
    """Django's settings, read by collectstatic."""
    return Finding(
        sentence=f"Django's settings can't be read in the build: {match['said']}",
        fix="let them work without the environment's variables: a build has none",
    )


ROWS: tuple[Row, ...] = (
    (re.compile(r"No matching distribution found for (?P<name>\S+)"), no_version),
    (re.compile(r"ResolutionImpossible|because these package versions have conflicting dependencies"), contradiction),
    (re.compile(r"THESE PACKAGES DO NOT MATCH THE HASHES"), hashes),
    (re.compile(r"Could not open requirements file: .*'(?P<name>[^']+)'"), no_file),
    (re.compile(rf"Failed building wheel for (?P<name>{NAME})"), compiled),
    (re.compile(rf"Failed to build (?:installable wheels for .*\(|')?(?P<name>{NAME})"), compiled),
    (re.compile(r"Getting requirements to build wheel did not run|Preparing metadata .*did not run"), unprepared),
    (re.compile(r"python setup\.py egg_info did not run"), unprepared),
    (re.compile(r"pyproject\.toml changed significantly since poetry\.lock"), stale),
    (re.compile(r"lockfile at `uv\.lock` needs to be updated"), stale),
    (re.compile(r"E: Unable to locate package (?P<name>\S+)"), no_debian),
    (re.compile(r"E: Package '(?P<name>[^']+)' has no installation candidate"), no_debian),
    (re.compile(r"ImproperlyConfigured: (?P<said>.+)"), settings),
)
