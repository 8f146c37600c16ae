"""Who this server is: what tells its containers from others, and what it shares the work as."""

import contextlib
import hashlib
import hmac
import os
import secrets
import socket
import sys
from pathlib import Path
from typing import NoReturn

from fairway.domain.lease import Member
from fairway.settings import Settings


def describe_member(settings: Settings, instance: str, secret: bytes) -> Member:
    """The server as those see it that share its work, and what they must have in common with it."""
    host = socket.gethostname()
    address = host if settings.address in ("0.0.0.0", "::") else settings.address  # noqa: S104 - compared with
    return Member(
        server=instance,
        name=host,
        url=settings.outside if settings.public_url or address == "127.0.0.1" else f"http://{address}:{settings.port}",
        seconds=float(settings.lease),
        terms={
            "key": hmac.new(secret, b"fairway: which key is it", hashlib.sha256).hexdigest()[:16],
            "registry": settings.registry,
            "repositories": read_instance(settings.repositories),
        },
    )


def begin_anew() -> NoReturn:
    """Replace this process by a fresh server: its lease is lost, so nothing that it knows or has begun counts any more.
    HAProxy, the registry and the tasks are processes of their own and go on."""
    os.write(2, b"another server has taken this one's apps over: it begins anew\n")
    os.execv(sys.executable, [sys.executable, "-m", "fairway.server"])  # noqa: S606 - its own program, no shell


def read_instance(home: Path) -> str:
    """What tells this home's containers (or this folder) from those of any other: 8 digits, made once."""
    file = home / "instance"
    with contextlib.suppress(FileNotFoundError):
        return file.read_text(encoding="ascii").strip()
    new = file.with_name(f".instance.{secrets.token_hex(4)}")
    new.write_text(f"{secrets.token_hex(4)}\n", encoding="ascii")
    with contextlib.suppress(FileExistsError):
        file.hardlink_to(new)
    new.unlink()
    return file.read_text(encoding="ascii").strip()
