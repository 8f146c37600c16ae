"""The Debian packages that Python packages want beside themselves: to compile with, and to run with.

A package without a wheel compiles, and fails for a header; one with a wheel may load a library that no wheel brings,
and fails when the app starts, or at its first upload.
"""

from collections.abc import Collection

C = ("gcc", "libc6-dev")
POSTGRES = ((*C, "libpq-dev"), ("libpq5",))
# To compile with, to run with. The names hold for Debian 12 and 13: where a library's own name has its version in it,
# the one with the headers stands in for it.
NEEDED: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "psycopg2": POSTGRES,
    "psycopg-c": POSTGRES,
    "psycopg": ((), ("libpq5",)),
    "mysqlclient": ((*C, "pkg-config", "default-libmysqlclient-dev"), ("libmariadb3",)),
    "uwsgi": (C, ()),
    "python-ldap": ((*C, "libldap2-dev", "libsasl2-dev"), ("libldap2-dev", "libsasl2-2")),
    "pycurl": ((*C, "libcurl4-openssl-dev", "libssl-dev"), ("libcurl4",)),
    "xmlsec": ((*C, "pkg-config", "libxmlsec1-dev"), ("libxmlsec1-openssl",)),
    "python-magic": ((), ("libmagic1",)),
    "pyodbc": ((), ("unixodbc",)),
    "opencv-python": ((), ("libgl1", "libglib2.0-0")),
    "weasyprint": ((), ("libpango-1.0-0", "libpangoft2-1.0-0", "libharfbuzz-subset0")),
    "cairosvg": ((), ("libcairo2",)),
    "pdf2image": ((), ("poppler-utils",)),
    "pytesseract": ((), ("tesseract-ocr",)),
}


def headers(names: Collection[str], *, git: bool) -> tuple[str, ...]:
    """What installing these packages needs; with `git`, some come from its repositories."""
    compiled = {name for key in NEEDED if key in names for name in NEEDED[key][0]}
    return tuple(sorted({*compiled, *(("ca-certificates", "git") if git else ())}))


def libraries(names: Collection[str]) -> tuple[str, ...]:
    """What running with these packages needs."""
    return tuple(sorted({name for key in NEEDED if key in names for name in NEEDED[key][1]}))
