"""What the vault in a bucket of S3 does where a file is large, where something breaks, and where AWS refuses."""

import asyncio
import contextlib
import hashlib
import io
import itertools
import random
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
from botocore.awsrequest import AWSResponse
from botocore.response import StreamingBody
from botocore.stub import Stubber

from fairway.adapters.aws.session import Session
from fairway.adapters.aws.vault import S3Vault
from fairway.errors import Conflict, Unavailable, UsageError, WorkFailed
from fairway.ports.databases import Progress
from fairway.ports.guarding import Damaged, Sealed
from support.clouds import REGION

BUCKET, NAME = "backups", "shop.1.backup"
PART = 5 * 1024 * 1024
"""The smallest that S3 takes."""


async def the_key() -> bytes:
    return b"k" * 32


async def another_key() -> bytes:
    return b"a" * 32


def ignore(progress: Progress) -> None:
    """Nobody looks."""


@pytest.fixture
async def bucket(moto: None, session: Session) -> str:
    await session.call("s3", "CreateBucket", Bucket=BUCKET, CreateBucketConfiguration={"LocationConstraint": REGION})
    return BUCKET


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "sealed"


@pytest.fixture
def vault(session: Session, folder: Path) -> S3Vault:
    return S3Vault(session, BUCKET, folder, the_key, part=PART)


@pytest.fixture
def dump(tmp_path: Path) -> Path:
    """Small enough to go at once."""
    return tree(tmp_path / "dump", 1000)


@pytest.fixture
def large(tmp_path: Path) -> Path:
    """Three parts."""
    return tree(tmp_path / "large", 2 * PART + 1000)


@pytest.fixture
def into(tmp_path: Path) -> Path:
    found = tmp_path / "into"
    found.mkdir()
    return found


def tree(folder: Path, size: int) -> Path:
    folder.mkdir()
    (folder / "toc.dat").write_bytes(b"in clear")
    (folder / "1.dat").write_bytes(random.Random(7).randbytes(size))
    return folder


async def test_a_large_one_goes_in_parts_and_comes_back_as_it_was(
    bucket: str, vault: S3Vault, session: Session, large: Path, into: Path
) -> None:
    sealed = await vault.seal(large, NAME, report=ignore)
    sent = dict(session.calls)

    await vault.open(sealed, into, report=ignore)

    # Begun, three parts, ended.
    assert sent["s3:PutObject"] == 5
    assert {path.name: path.read_bytes() for path in into.iterdir()} == {
        path.name: path.read_bytes() for path in large.iterdir()
    }


async def test_what_lies_in_the_bucket_is_sealed_and_is_what_the_record_says(
    bucket: str, vault: S3Vault, session: Session, dump: Path, folder: Path
) -> None:
    sealed = await vault.seal(dump, NAME, report=ignore)

    lies = await content(session)

    assert (len(lies), hashlib.sha256(lies).hexdigest()) == (sealed.bytes, sealed.digest)
    assert b"in clear" not in lies
    assert list(folder.iterdir()) == []


@pytest.mark.parametrize(
    "change",
    [
        lambda lies: lies[:-1],
        lambda lies: lies + b"\0",
        lambda lies: lies[:99] + bytes([lies[99] ^ 1]) + lies[100:],
        lambda lies: b"",
    ],
)
async def test_one_that_was_changed_in_the_bucket_is_damaged_and_nothing_of_it_is_left(
    bucket: str,
    vault: S3Vault,
    session: Session,
    dump: Path,
    folder: Path,
    into: Path,
    change: Callable[[bytes], bytes],
) -> None:
    sealed = await vault.seal(dump, NAME, report=ignore)
    await session.call("s3", "PutObject", Bucket=BUCKET, Key=NAME, Body=change(await content(session)))

    with pytest.raises(Damaged, match="was changed") as raised:
        await vault.open(sealed, into, report=ignore)

    assert raised.value.hint == "start the stage again, which makes another backup"
    assert (list(into.iterdir()), list(folder.iterdir())) == ([], [])


async def test_one_that_is_exchanged_while_it_is_fetched_is_damaged(
    bucket: str, vault: S3Vault, session: Session, large: Path, folder: Path, into: Path
) -> None:
    sealed = await vault.seal(large, NAME, report=ignore)
    other = random.Random(8).randbytes(sealed.bytes)

    with (
        answering(session, "GetObject", at=1, do=lambda answer: exchange(session, other)),
        pytest.raises(Damaged, match="was changed") as raised,
    ):
        await vault.open(sealed, into, report=ignore)

    assert raised.value.why == "it was exchanged while it was fetched"
    assert (list(into.iterdir()), list(folder.iterdir())) == ([], [])


async def test_a_part_whose_bytes_stop_coming_is_asked_for_again(
    bucket: str, vault: S3Vault, session: Session, large: Path, into: Path
) -> None:
    sealed = await vault.seal(large, NAME, report=ignore)

    with answering(session, "GetObject", at=2, do=cut):
        await vault.open(sealed, into, report=ignore)

    assert session.calls["s3:GetObject"] == 4
    assert (into / "1.dat").read_bytes() == (large / "1.dat").read_bytes()


async def test_one_whose_bytes_never_come_is_given_up(
    bucket: str, vault: S3Vault, session: Session, dump: Path, folder: Path, into: Path
) -> None:
    sealed = await vault.seal(dump, NAME, report=ignore)

    with answering(session, "GetObject", at=0, do=cut), pytest.raises(Unavailable):
        await vault.open(sealed, into, report=ignore)

    assert session.calls["s3:GetObject"] == 3
    assert (list(into.iterdir()), list(folder.iterdir())) == ([], [])


async def test_one_of_another_key_is_not_called_changed(
    bucket: str, vault: S3Vault, session: Session, dump: Path, folder: Path, into: Path
) -> None:
    sealed = await vault.seal(dump, NAME, report=ignore)

    with pytest.raises(WorkFailed, match="can't be decrypted") as raised:
        await S3Vault(session, BUCKET, folder, another_key).open(sealed, into, report=ignore)

    assert not isinstance(raised.value, Damaged)
    assert raised.value.why.endswith("with another key than this environment's")
    assert "Secrets Manager" in raised.value.hint
    assert list(into.iterdir()) == []


async def test_where_a_part_fails_there_is_no_file_no_part_and_the_one_before_stays(
    bucket: str, vault: S3Vault, session: Session, dump: Path, large: Path, folder: Path, into: Path
) -> None:
    before = await vault.seal(dump, NAME, report=ignore)
    with breaking(session, "UploadPart", at=2), pytest.raises(Unavailable, match="AWS can't do s3:UploadPart"):
        await vault.seal(large, NAME, report=ignore)

    await vault.open(before, into, report=ignore)

    assert sorted(path.name for path in into.iterdir()) == ["1.dat", "toc.dat"]
    assert await uploads(session) == []
    assert session.calls["s3:AbortMultipartUpload"] == 1
    assert list(folder.iterdir()) == []


async def test_who_goes_away_while_it_is_sent_leaves_nothing(
    bucket: str, vault: S3Vault, session: Session, large: Path, folder: Path
) -> None:
    def go(progress: Progress) -> None:
        if progress.doing == "sending":
            work.cancel()

    work = asyncio.create_task(vault.seal(large, NAME, report=go))

    with pytest.raises(asyncio.CancelledError):
        await work

    assert (await vault.list(), await uploads(session), list(folder.iterdir())) == ([], [], [])


async def test_who_goes_away_while_it_is_fetched_leaves_nothing(
    bucket: str, vault: S3Vault, large: Path, folder: Path, into: Path
) -> None:
    sealed = await vault.seal(large, NAME, report=ignore)

    def go(progress: Progress) -> None:
        if progress.doing == "fetching":
            work.cancel()

    work = asyncio.create_task(vault.open(sealed, into, report=go))

    with pytest.raises(asyncio.CancelledError):
        await work

    assert (list(into.iterdir()), list(folder.iterdir()), await vault.list()) == ([], [], [NAME])


async def test_parts_of_a_build_that_was_killed_are_no_file(
    bucket: str, vault: S3Vault, session: Session, into: Path
) -> None:
    upload = await session.call("s3", "CreateMultipartUpload", Bucket=BUCKET, Key=NAME)
    await session.call(
        "s3", "UploadPart", Bucket=BUCKET, Key=NAME, UploadId=upload["UploadId"], PartNumber=1, Body=b"x"
    )

    with pytest.raises(WorkFailed, match="is gone") as raised:
        await vault.open(Sealed(file=NAME, bytes=1, digest="00"), into, report=ignore)

    assert raised.value.why == f"there is none in the bucket {BUCKET}"
    assert await vault.list() == []


async def test_a_bucket_with_many_files_is_listed_to_its_end(
    bucket: str, vault: S3Vault, session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MOTO_S3_DEFAULT_MAX_KEYS", "10")  # a page has 1000 on S3
    for number in range(23):
        await session.call("s3", "PutObject", Bucket=BUCKET, Key=f"shop.{number:04d}.backup", Body=b"")

    assert len(await vault.list()) == 23


async def test_a_directory_that_is_not_empty_is_not_written_into(bucket: str, vault: S3Vault, dump: Path) -> None:
    sealed = await vault.seal(dump, NAME, report=ignore)

    with pytest.raises(UsageError, match="not empty"):
        await vault.open(sealed, dump, report=ignore)

    assert sorted(path.name for path in dump.iterdir()) == ["1.dat", "toc.dat"]


@pytest.mark.parametrize("name", ["", "../shop.1.backup", ".hidden", "a/b.backup"])
async def test_a_name_that_leads_elsewhere_is_refused(vault: S3Vault, dump: Path, into: Path, name: str) -> None:
    for work in (
        vault.seal(dump, name, report=ignore),
        vault.open(Sealed(file=name, bytes=1, digest=""), into, report=ignore),
        vault.remove(name),
    ):
        with pytest.raises(UsageError, match="can't be the name of a backup's file"):
            await work


async def test_too_little_disk_says_what_the_build_needs(vault: S3Vault) -> None:
    await vault.require_room(1)

    with pytest.raises(WorkFailed, match="too little disk") as raised:
        await vault.require_room(2**60)

    assert raised.value.hint.startswith("the build's disk has to hold the backup twice")


async def test_without_the_bucket_it_is_said_what_makes_it(
    moto: None, vault: S3Vault, dump: Path, large: Path, into: Path
) -> None:
    for work in (
        vault.seal(dump, NAME, report=ignore),
        vault.seal(large, NAME, report=ignore),
        vault.open(Sealed(file=NAME, bytes=1, digest=""), into, report=ignore),
        vault.remove(NAME),
        vault.list(),
    ):
        with pytest.raises(Conflict, match=f"the bucket {BUCKET} with the backups is not there") as raised:
            await work

        assert raised.value.hint.startswith("fairway aws up makes it")


async def test_what_is_not_allowed_is_named_with_its_resource(
    session: Session, vault: S3Vault, dump: Path, into: Path
) -> None:
    arn = f"arn:aws:s3:::{BUCKET}/{NAME}"
    message = (
        f"User: arn:aws:sts::1:assumed-role/deploy/x is not authorized to perform: s3:PutObject on resource: {arn}"
    )
    with Stubber(session.client("s3")) as stub:
        stub.add_client_error("put_object", "AccessDenied", message, http_status_code=403)
        stub.add_client_error("get_object", "AccessDenied", message.replace("Put", "Get"), http_status_code=403)

        with pytest.raises(UsageError, match="AWS does not allow s3:PutObject") as sent:
            await vault.seal(dump, NAME, report=ignore)
        with pytest.raises(UsageError, match="AWS does not allow s3:GetObject") as fetched:
            await vault.open(Sealed(file=NAME, bytes=1, digest=""), into, report=ignore)

    assert arn in sent.value.why
    assert f"s3:GetObject on {arn}" in fetched.value.why


async def content(session: Session) -> bytes:
    answer = await session.call("s3", "GetObject", Bucket=BUCKET, Key=NAME)
    found: bytes = answer["Body"].read()
    return found


async def uploads(session: Session) -> list[Mapping[str, Any]]:
    answer = await session.call("s3", "ListMultipartUploads", Bucket=BUCKET)
    return list(answer.get("Uploads", ()))


@contextlib.contextmanager
def breaking(session: Session, operation: str, *, at: int) -> Iterator[None]:
    """While it is open the operation's call of that number is answered as by a service that is down."""
    numbers = itertools.count(1)

    def answer(**_: Any) -> tuple[Any, Mapping[str, Any]] | None:
        if next(numbers) != at:
            return None
        down = {"Error": {"Code": "ServiceUnavailable"}, "ResponseMetadata": {"HTTPStatusCode": 503}}
        return AWSResponse("https://s3.example", 503, {}, None), down

    with registered(session, f"before-call.s3.{operation}", answer):
        yield


@contextlib.contextmanager
def answering(session: Session, operation: str, *, at: int, do: Callable[[dict[str, Any]], None]) -> Iterator[None]:
    """While it is open this is done with the answer of that number, or with each of them for 0."""
    numbers = itertools.count(1)

    def look(*, parsed: dict[str, Any], **_: Any) -> None:
        if at in (0, next(numbers)):
            do(parsed)

    with registered(session, f"after-call.s3.{operation}", look):
        yield


@contextlib.contextmanager
def registered(session: Session, event: str, handler: Callable[..., Any]) -> Iterator[None]:
    events = session.client("s3").meta.events
    events.register_first(event, handler)
    try:
        yield
    finally:
        events.unregister(event, handler)


def exchange(session: Session, content: bytes) -> None:
    """Somebody else's, in the place of the file."""
    session.call_here("s3", "PutObject", Bucket=BUCKET, Key=NAME, Body=content)


def cut(answer: dict[str, Any]) -> None:
    """Of the answer's bytes only some come."""
    answer["Body"] = StreamingBody(io.BytesIO(b"some"), 1000)
