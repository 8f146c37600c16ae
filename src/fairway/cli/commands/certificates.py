"""`fairway certificates`: the certificates of the domains that apps are served under. A private key is read from a file
or standard input, goes to this host's own server, and is shown nowhere."""

import re
import sys
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click

from fairway.cli import here, options, output
from fairway.client.api import join
from fairway.errors import UsageError
from fairway.wire import certificatelines

STDIN = "-"
LARGEST = 256 * 1024
"""Bytes; a chain of ten certificates has some 20 KB."""
CERTIFICATE, KEY = "CERTIFICATE", "PRIVATE KEY"
"""How the lines end that they begin with in PEM; there are several kinds of keys."""
NAME = re.compile(r"[a-z0-9._-]{1,253}")
HEADINGS = ("domain", "app", "environment", "state", "issuer", "ends", "cause")
DOMAIN = click.argument("domain")


@click.group("certificates", invoke_without_command=True)
@click.option("--app", "-a", "application", help="Only the domains of this app. Default: of all.")
@options.as_json
@click.pass_context
def certificates(context: click.Context, application: str | None, as_json: bool) -> None:
    """List the domains that apps are served under, with the certificate of each and what keeps it from having one."""
    if context.invoked_subcommand is not None:
        return
    document = here.client().get("/certificates", {"app": application})
    if output.answer_json(as_json, document):
        return
    now = time.time()
    rows = [row(each) for each in document["certificates"]]
    output.put_table(HEADINGS, rows, empty="No app has a domain: domains in an environment of fairway.toml names them")
    for each in document["certificates"]:
        if text := certificatelines.mend(each, now=now):
            output.say(f"{each['domain']}  {text}")


@certificates.command("add")
@DOMAIN
@click.option(
    "--chain",
    metavar="FILE",
    required=True,
    help="The certificate, then those that lead to its authority, as PEM; - is standard input.",
)
@click.option("--key", metavar="FILE", required=True, help="Its private key, as PEM, not encrypted; - likewise.")
@options.as_json
def add(domain: str, chain: str, key: str, as_json: bool) -> None:
    """Have DOMAIN served with a certificate of your own, at once and without a closed connection.

    None is ordered for it from then on. You renew it: add the new one in time.
    """
    if chain == key == STDIN:
        raise UsageError("standard input can't be both the certificate and its key", hint="name a file for one of them")
    path = join("certificates", named(domain))
    body = {"chain": read("--chain", chain, CERTIFICATE), "key": read("--key", key, KEY)}
    document = here.client().put(path, body)
    if not output.answer_json(as_json, document):
        output.say(f"{document['domain']} is served with it until {day(document)}; renew it before")


@certificates.command("remove")
@DOMAIN
@options.as_json
def remove(domain: str, as_json: bool) -> None:
    """Have DOMAIN served without the certificate that it has, and forget that with its key.

    Where certificates are ordered, one is ordered in its place.
    """
    name = named(domain)
    here.client().delete(join("certificates", name))
    if not output.answer_json(as_json, {"domain": name, "removed": True}):
        output.say(f"The certificate of {name} is removed, and its key forgotten")


@certificates.command("order")
@DOMAIN
@options.as_json
def order(domain: str, as_json: bool) -> None:
    """Order a certificate for DOMAIN now, instead of waiting for the next attempt."""
    document = here.client().post(join("certificates", named(domain), "order"))
    if not output.answer_json(as_json, document):
        output.say(f"A certificate is being ordered for {document['domain']}")
        output.say("Next    fairway certificates")


def row(standing: dict[str, Any]) -> list[str]:
    """One domain as cells."""
    certificate = standing["certificate"] or {}
    return [
        standing["domain"],
        standing["app"],
        standing["environment"],
        standing["state"].lower(),
        output.clean(certificate.get("issuer", "")) or "-",
        day(standing),
        certificatelines.cause(standing) or "-",
    ]


def day(standing: dict[str, Any]) -> str:
    """The day on which its certificate ends, in UTC; - without one."""
    certificate = standing["certificate"]
    return f"{datetime.fromtimestamp(certificate['not_after'], UTC):%Y-%m-%d}" if certificate else "-"


def read(option: str, file: str, holds: str) -> str:
    """The PEM of the file, or of standard input for `-`, in which there is what `holds` names. Raises UsageError, which
    has nothing of the text."""
    try:
        content = sys.stdin.buffer.read(LARGEST + 1) if file == STDIN else read_file(Path(file))
        text = content.decode("ascii")
    except OSError as error:
        raise UsageError(f"{option} {file} can't be read", why=(error.strerror or str(error)).lower()) from error
    except UnicodeDecodeError as error:
        raise not_pem(option, file) from error
    if len(content) > LARGEST or "-----BEGIN " not in text:
        raise not_pem(option, file)
    if f"{holds}-----" not in text:
        raise UsageError(
            f"{option} {file} has no {holds.lower()} in it",
            why=f"there is no line -----BEGIN {holds}-----",
            hint="--chain fullchain.pem --key privkey.pem is what most tools call the two",
        )
    return text


def read_file(path: Path) -> bytes:
    """As much of it as is looked at. Raises OSError."""
    with path.open("rb") as file:
        return file.read(LARGEST + 1)


def not_pem(option: str, file: str) -> UsageError:
    """What to do about a file that has something else in it."""
    return UsageError(
        f"{option} {file} is not PEM",
        why="PEM is text with a line -----BEGIN …-----",
        hint="openssl x509 -inform der makes it of DER, openssl pkcs12 -nodes of a .p12 or .pfx",
    )


def named(domain: str) -> str:
    """The domain in lower case. Raises UsageError for what is a URL, or has a port."""
    if NAME.fullmatch(domain.lower()):
        return domain.lower()
    raise UsageError(
        f"{output.clean(domain)} is no host name",
        why="it has letters, digits, dashes and dots only, without a scheme, port or path",
        hint="as domains in fairway.toml has it: shop.example.org",
    )
