"""Backups' files in a bucket of S3: sealed on this machine as every backup is, and only then sent.

S3 never sees what is in one, nor does anybody who can read the bucket. A file lies on this machine's disk under seal
for as long as it is sent or fetched; what is opened is what S3 gave back, proven as it is read, so a backup that was
verified was there. A large one goes in parts: until the last has arrived there is no file, and the parts of a build
that was killed are no files either (the bucket's rule ends them).

One thread does it (`parts`), which whoever asked ends by going away.
"""

import asyncio
import tempfile
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

from fairway.adapters.aws import parts
from fairway.adapters.aws.refusals import Refused
from fairway.adapters.aws.session import Session
from fairway.adapters.vault import stream
from fairway.adapters.vault.metering import Meter, in_thread
from fairway.adapters.vault.refusing import Advice, cannot_open, changed, require_room
from fairway.adapters.vault.vault import FileVault, Key, checked
from fairway.errors import Conflict, FairwayError, WorkFailed
from fairway.ports.databases import Report
from fairway.ports.guarding import Sealed

NO_BUCKET, NO_FILE = "NoSuchBucket", "NoSuchKey"
CHANGED = {
    "InvalidRange": "it ends before it should",
    "PreconditionFailed": "it was exchanged while it was fetched",
}
"""What S3 calls these."""

ADVICE = Advice(
    room="the build's disk has to hold the backup twice, and a copy of the database; one that is too large for that"
    " goes without: backup = false in [migrations], and RDS's own backups are what is left",
    owner="this environment",
    key="put the value back that the secret had when the backup was made: Secrets Manager keeps the one before, too",
    instead="start the stage again, which makes another backup",
)


class S3Vault:
    """`ports.guarding.Vault` in `bucket`. `folder` is where files lie under seal for a while; `key` gives 32 bytes, the
    same each time. Another size of `chunk` and `part` is for tests. All raise Unavailable, UsageError and Conflict for
    what AWS refuses."""

    def __init__(
        self,
        session: Session,
        bucket: str,
        folder: Path,
        key: Key,
        *,
        chunk: int = stream.CHUNK,
        part: int = parts.PART,
    ) -> None:
        self._session = session
        self._bucket = bucket
        self._folder = folder
        self._key = key
        self._chunk = chunk
        self._part = part

    async def seal(self, directory: Path, name: str, *, report: Report) -> Sealed:
        """In place of one of the same name; whole or not at all. Raises WorkFailed."""
        checked(name)
        async with self._room() as room:
            sealed = await self._files(room).seal(directory, name, report=report)
            await in_thread(lambda meter: self._send(room / name, sealed, meter), report, "sending")
        return sealed

    async def open(self, sealed: Sealed, into: Path, *, report: Report) -> None:
        """Raises Damaged when it was changed, WorkFailed when it is gone, was sealed with another key, or the disk is
        full; nothing is left in the directory then."""
        checked(sealed.file)
        async with self._room() as room:
            await in_thread(lambda meter: self._fetch(sealed, room / sealed.file, meter), report, "fetching")
            await self._files(room).open(sealed, into, report=report)

    async def require_room(self, bytes: int) -> None:
        """Raises WorkFailed when this machine's disk has too little; S3 has no end."""

        def look() -> None:
            self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            require_room(self._folder, bytes, ADVICE)

        await asyncio.to_thread(look)

    async def remove(self, file: str) -> None:
        """One that is not there is no error. Parts that never became a file go by the bucket's rule."""
        try:
            await self._session.call("s3", "DeleteObject", known=(NO_BUCKET,), Bucket=self._bucket, Key=checked(file))
        except Refused as refused:
            raise no_bucket(self._bucket) from refused

    async def list(self) -> Sequence[str]:
        """The names of all files."""
        try:
            found = await self._session.items(
                "s3", "ListObjectsV2", "Contents", known=(NO_BUCKET,), Bucket=self._bucket
            )
        except Refused as refused:
            raise no_bucket(self._bucket) from refused
        return sorted(each["Key"] for each in found)

    @asynccontextmanager
    async def _room(self) -> AsyncIterator[Path]:
        """A directory for one file, gone at the end."""
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=self._folder, prefix="sealed-") as room:
            yield Path(room)

    def _files(self, room: Path) -> FileVault:
        return FileVault(room, self._key, chunk=self._chunk, advice=ADVICE)

    def _send(self, path: Path, sealed: Sealed, meter: Meter) -> None:
        meter.total = sealed.bytes
        try:
            parts.send(self._session, self._bucket, sealed.file, path, meter.add, known=(NO_BUCKET,), part=self._part)
        except Refused as refused:
            raise no_bucket(self._bucket) from refused

    def _fetch(self, sealed: Sealed, path: Path, meter: Meter) -> None:
        meter.total = sealed.bytes
        require_room(path.parent, sealed.bytes, ADVICE)
        try:
            found = parts.fetch(
                self._session,
                self._bucket,
                sealed.file,
                path,
                meter.add,
                size=sealed.bytes,
                known=(NO_BUCKET, NO_FILE, *CHANGED),
                part=self._part,
            )
        except Refused as refused:
            raise self._explain(sealed.file, refused) from refused
        except OSError as error:
            raise cannot_open(sealed.file, error) from error
        if found != sealed.bytes:
            raise changed(sealed.file, f"it has {found} bytes, and was written with {sealed.bytes}", ADVICE)

    def _explain(self, file: str, refused: Refused) -> FairwayError:
        """Why a file can't be fetched."""
        if refused.code in CHANGED:
            return changed(file, CHANGED[refused.code], ADVICE)
        if refused.code == NO_FILE:
            return WorkFailed(
                f"the file of the backup, {file}, is gone",
                why=f"there is none in the bucket {self._bucket}",
                hint=ADVICE.instead,
            )
        return no_bucket(self._bucket)


def no_bucket(bucket: str) -> Conflict:
    """The error for a bucket that nobody has."""
    return Conflict(
        f"the bucket {bucket} with the backups is not there",
        why="it was deleted, or belongs to another region",
        hint="fairway aws up makes it; what was in it is lost",
    )
