"""What every vault promises: the one on the disk, the one in a bucket of S3, and the one in memory."""

from collections.abc import Sequence
from pathlib import Path

import pytest

from fairway.adapters.aws.session import Session
from fairway.adapters.aws.vault import S3Vault
from fairway.adapters.memory.vault import MemoryVault
from fairway.adapters.vault.vault import FileVault
from fairway.errors import WorkFailed
from fairway.ports.databases import Progress
from fairway.ports.guarding import Damaged, Sealed, Vault
from support.clouds import REGION

NAME = "shop.1.backup"


async def the_key() -> bytes:
    return b"k" * 32


@pytest.fixture
async def in_s3(moto: None, session: Session, tmp_path: Path) -> S3Vault:
    await session.call("s3", "CreateBucket", Bucket="backups", CreateBucketConfiguration={"LocationConstraint": REGION})
    return S3Vault(session, "backups", tmp_path / "vault", the_key, chunk=100)


@pytest.fixture(params=["files", "s3", "memory"])
def vault(request: pytest.FixtureRequest, tmp_path: Path) -> Vault:
    match request.param:
        case "memory":
            return MemoryVault()
        case "s3":
            found: S3Vault = request.getfixturevalue("in_s3")
            return found
        case _:
            return FileVault(tmp_path / "vault", the_key, chunk=100)


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    folder = tmp_path / "dump"
    (folder / "blobs" / "deep").mkdir(parents=True)
    (folder / "toc.dat").write_bytes(b"table of contents")
    (folder / "3021.dat.gz").write_bytes(bytes(range(256)) * 5)
    (folder / "blobs" / "deep" / "ä.dat").write_bytes(b"")
    return folder


def listed(folder: Path) -> dict[str, bytes | None]:
    return {
        str(path.relative_to(folder)): None if path.is_dir() else path.read_bytes()
        for path in sorted(folder.rglob("*"))
    }


def ignore(progress: Progress) -> None:
    """Nobody looks."""


async def sealed_in(vault: Vault, tree: Path, name: str = NAME) -> Sealed:
    return await vault.seal(tree, name, report=ignore)


def empty(folder: Path) -> Path:
    folder.mkdir()
    return folder


async def test_what_was_sealed_comes_out_as_it_was(vault: Vault, tree: Path, tmp_path: Path) -> None:
    sealed = await sealed_in(vault, tree)

    await vault.open(sealed, empty(tmp_path / "out"), report=ignore)

    assert listed(tmp_path / "out") == listed(tree)
    assert await vault.list() == [NAME]


async def test_an_empty_directory_can_be_sealed(vault: Vault, tmp_path: Path) -> None:
    sealed = await sealed_in(vault, empty(tmp_path / "nothing"))

    await vault.open(sealed, empty(tmp_path / "out"), report=ignore)

    assert listed(tmp_path / "out") == {}


async def test_a_second_one_of_the_same_name_takes_the_place_of_the_first(
    vault: Vault, tree: Path, tmp_path: Path
) -> None:
    first = await sealed_in(vault, tree)
    (tree / "toc.dat").write_bytes(b"another")

    second = await sealed_in(vault, tree)

    await vault.open(second, empty(tmp_path / "out"), report=ignore)
    assert (tmp_path / "out" / "toc.dat").read_bytes() == b"another"
    assert await vault.list() == [NAME]
    with pytest.raises(WorkFailed):
        await vault.open(first, empty(tmp_path / "old"), report=ignore)


async def test_another_ones_file_in_its_place_is_found(vault: Vault, tree: Path, tmp_path: Path) -> None:
    sealed = await sealed_in(vault, tree)
    other = await sealed_in(vault, tree / "blobs", "shop.2.backup")

    with pytest.raises(Damaged):
        await vault.open(
            Sealed(file=other.file, bytes=other.bytes, digest=sealed.digest), empty(tmp_path / "out"), report=ignore
        )

    assert listed(tmp_path / "out") == {}


async def test_one_that_is_gone_is_said_to_be(vault: Vault, tree: Path, tmp_path: Path) -> None:
    sealed = await sealed_in(vault, tree)
    await vault.remove(NAME)
    await vault.remove(NAME)

    with pytest.raises(WorkFailed, match="gone") as raised:
        await vault.open(sealed, empty(tmp_path / "out"), report=ignore)

    assert not isinstance(raised.value, Damaged)
    assert await vault.list() == []


async def test_a_link_in_the_directory_is_refused(vault: Vault, tree: Path) -> None:
    (tree / "link").symlink_to("/etc/passwd")

    with pytest.raises(WorkFailed, match="can't be written"):
        await sealed_in(vault, tree)

    assert await vault.list() == []


async def test_progress_is_told_in_bytes(vault: Vault, tree: Path) -> None:
    told: list[Progress] = []

    await vault.seal(tree, NAME, report=told.append)

    seen: Sequence[Progress] = told
    assert all(0 <= each.done <= each.total for each in seen)
    assert {each.doing for each in seen} == ({"sealing", "sending"} if isinstance(vault, S3Vault) else {"sealing"})
