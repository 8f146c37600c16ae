"""Running `work.py` beside the server, and hearing what it says."""

import asyncio
import json
import sys
import tempfile
from asyncio.subprocess import PIPE, Process
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from fairway.adapters.sqlite import opening
from fairway.domain.address import Address
from fairway.errors import FairwayError, Unavailable, UsageError, WorkFailed
from fairway.ports.databases import Progress, Report

WAITING = 30.0
LONGEST = 64 * 1024 * 1024
"""Bytes of one answer: a fingerprint of many thousand tables."""
KINDS: Mapping[str, type[FairwayError]] = {each.code: each for each in (Unavailable, UsageError, WorkFailed)}


async def ask(
    do: str, address: Address, report: Report, *, directory: Path | None = None, patience: float = WAITING
) -> Mapping[str, Any]:
    """What it answers. `patience` is how many seconds it waits for a writer. Raises what it raises, and WorkFailed when
    it dies. Cancelled, it is killed first."""
    file = str(opening.file_of(address))
    directory_of = None if directory is None else str(directory)
    question = {"do": do, "file": file, "shown": address.shown, "directory": directory_of, "patience": patience}
    with tempfile.TemporaryFile() as printed:
        # -P: the directory in which the server happens to run is no place to import from.
        words = (sys.executable, "-P", "-m", "fairway.adapters.sqlite.work")
        process = await asyncio.create_subprocess_exec(*words, stdin=PIPE, stdout=PIPE, stderr=printed, limit=LONGEST)
        try:
            answer = await converse(process, question, report)
        finally:
            if process.returncode is None:
                process.kill()
            await process.wait()
        if answer is None:
            printed.seek(0)
            raise died(address, process, printed.read().decode(errors="replace").splitlines())
    return resolve(answer)


def died(address: Address, process: Process, lines: Sequence[str]) -> WorkFailed:
    """It gave no answer: a signal ended it, or an error of its own."""
    return WorkFailed(
        f"{address.shown} can't be copied",
        why=f"the process that copies ended with {process.returncode}: {lines[-1] if lines else 'no word'}",
        log=lines[-20:],
    )


async def converse(process: Process, question: Mapping[str, Any], report: Report) -> Mapping[str, Any] | None:
    """The last thing that it says, None when it dies before."""
    assert process.stdin is not None
    assert process.stdout is not None
    process.stdin.write(json.dumps(question).encode() + b"\n")
    while line := await process.stdout.readline():
        said: Mapping[str, Any] = json.loads(line)
        if "progress" not in said:
            process.stdin.close()
            await process.wait()
            return said
        doing, done, total = said["progress"]
        report(Progress(doing=doing, done=done, total=total))
    await process.wait()
    return None


def resolve(answer: Mapping[str, Any]) -> Mapping[str, Any]:
    """The answer. Raises the error that it is."""
    if (error := answer.get("error")) is not None:
        raise KINDS[error["kind"]](error["what"], why=error["why"], hint=error["hint"])
    result: Mapping[str, Any] = answer["answer"]
    return result
