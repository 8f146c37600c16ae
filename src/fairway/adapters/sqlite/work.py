"""The process that copies: one question as a line of JSON on standard input, progress and an answer on standard output.

It is a process of its own because counting millions of rows would keep the server's loop waiting for Python's lock, and
because SQLite is a C library that reads a file which an app has written: what it does not survive takes this process
and not the server. It ends when its standard input does, which is when the server dies.
"""

import errno
import json
import os
import sys
import threading
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from fairway.adapters.sqlite import copying, pages, putting
from fairway.errors import FairwayError, WorkFailed

PAUSE = 0.2
"""Seconds between two reports."""


def main() -> int:
    """0 when there was an answer, be it an error."""
    question = json.loads(sys.stdin.readline())
    threading.Thread(target=end_with_the_server, daemon=True).start()
    try:
        say({"answer": answer(question)})
    except FairwayError as error:
        say({"error": {"kind": error.code, "what": error.what, "why": error.why, "hint": error.hint}})
    return 0


def answer(question: Mapping[str, Any]) -> Mapping[str, Any]:
    """Do what is asked. Raises FairwayError."""
    file, shown, tell = Path(question["file"]), question["shown"], teller()
    patience = question["patience"]
    try:
        match question["do"]:
            case "dump":
                return copying.dump(file, shown, Path(question["directory"]), tell, patience)
            case "restore":
                return putting.restore(file, shown, Path(question["directory"]), tell)
            case "replace":
                return putting.replace(file, shown, Path(question["directory"]), tell, patience)
            case "fingerprint":
                apart = question["directory"]
                return copying.fingerprint(file, shown, None if apart is None else Path(apart), tell, patience)
            case "survey":
                return pages.survey(file, shown, Path(question["directory"]))
            case "compare":
                return pages.compare(file, shown, Path(question["directory"]))
            case other:
                raise AssertionError(f"nobody asks for {other}")
    except OSError as error:
        why = "the disk is full" if error.errno in (errno.ENOSPC, errno.EDQUOT) else str(error)
        raise WorkFailed(f"{shown} can't be copied", why=why) from error


def teller() -> copying.Tell:
    """Says the progress, a few times a second."""
    last = 0.0

    def tell(doing: str, done: int, total: int) -> None:
        nonlocal last
        if time.monotonic() - last >= PAUSE or (done == total and total):
            last = time.monotonic()
            say({"progress": [doing, done, total]})

    return tell


def say(document: Mapping[str, Any]) -> None:
    """One line."""
    sys.stdout.write(json.dumps(document) + "\n")
    sys.stdout.flush()


def end_with_the_server() -> None:
    """What was begun is left as if this process had been killed: every step of it bears that."""
    sys.stdin.read()
    os._exit(1)


if __name__ == "__main__":
    sys.exit(main())
