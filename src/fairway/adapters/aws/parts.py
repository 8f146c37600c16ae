"""A file to S3 and back, part after part: what is kept in memory, and sent again when it fails, is a part at the most.

It blocks, and is made for a thread of its own (`Session.call_here`): whoever counts the bytes may raise in between, and
then nothing is left of what was begun. The SDK's own transfers open all the parts of a file before one has failed, ask
for its size in a way whose refusal has no text, and can't be ended so.
"""

import contextlib
from collections.abc import Callable, Collection
from pathlib import Path
from typing import Any

from fairway.adapters.aws import refusals
from fairway.adapters.aws.session import Session
from fairway.errors import FairwayError, Unavailable

PART = 32 * 1024 * 1024
"""Bytes of a part; of a large file they are more, since S3 takes only so many."""
MOST = 10_000
TRIES = 3
"""How often a part is asked for whose bytes stop coming."""
CHECKSUM = "CRC32"
"""S3 wants to hear at the beginning which one the parts will have, and all of them once more at the end."""

Heard = Callable[[int], None]
"""Is told how many bytes more there are, and raises to end the work."""


def send(
    session: Session, bucket: str, key: str, path: Path, heard: Heard, *, known: Collection[str], part: int = PART
) -> None:
    """Put the file there in place of one of the same key; whole or not at all. Raises as `Session.call` does."""
    size = path.stat().st_size
    with path.open("rb") as file:
        if size <= part:
            session.call_here("s3", "PutObject", known=known, Bucket=bucket, Key=key, Body=file.read())
            heard(size)
            return
        where = {"Bucket": bucket, "Key": key}
        begun = session.call_here("s3", "CreateMultipartUpload", known=known, **where, ChecksumAlgorithm=CHECKSUM)
        where["UploadId"] = begun["UploadId"]
        try:
            sent: list[dict[str, Any]] = []
            while data := file.read(max(part, -(-size // MOST))):
                sent.append(send_part(session, where, len(sent) + 1, data))
                heard(len(data))
            session.call_here("s3", "CompleteMultipartUpload", **where, MultipartUpload={"Parts": sent})
        except BaseException:
            # What stays of it when this fails too ends by the bucket's rule.
            with contextlib.suppress(FairwayError):
                session.call_here("s3", "AbortMultipartUpload", **where)
            raise


def send_part(session: Session, where: dict[str, str], number: int, data: bytes) -> dict[str, Any]:
    """What S3 wants to have of it at the end."""
    answer = session.call_here("s3", "UploadPart", **where, PartNumber=number, Body=data, ChecksumAlgorithm=CHECKSUM)
    checksum = f"Checksum{CHECKSUM}"
    return {
        "PartNumber": number,
        "ETag": answer["ETag"],
        **({checksum: answer[checksum]} if checksum in answer else {}),
    }


def fetch(
    session: Session,
    bucket: str,
    key: str,
    path: Path,
    heard: Heard,
    *,
    size: int,
    known: Collection[str],
    part: int = PART,
) -> int:
    """Write the file of `size` bytes; how many S3 has of it. When that is another number it is not written to its end.
    One that is exchanged meanwhile is refused (PreconditionFailed). Raises OSError, and as `Session.call` does."""
    same: dict[str, str] = {}
    at = 0
    with path.open("wb") as out:
        while at < size:
            last = min(at + part, size) - 1
            where = {"Bucket": bucket, "Key": key, "Range": f"bytes={at}-{last}", **same}
            answer, data = fetch_part(session, where, known)
            found = int(str(answer["ContentRange"]).rpartition("/")[2])
            if found != size:
                return found
            out.write(data)
            heard(len(data))
            at, same = at + len(data), {"IfMatch": answer["ETag"]}
    return at


def fetch_part(session: Session, where: dict[str, str], known: Collection[str]) -> tuple[dict[str, Any], bytes]:
    """The answer and its bytes. The SDK asks again for an answer, but not for the rest of one."""
    failed = 0
    while True:
        answer = session.call_here("s3", "GetObject", known=known, **where)
        try:
            with refusals.translated(session, "s3", "GetObject"):
                return answer, answer["Body"].read()
        except Unavailable:
            failed += 1
            if failed == TRIES:
                raise
