"""The key of an environment's backups on AWS: of the same text always the same, and of nothing else."""

import pytest

from fairway.adapters.aws.backupkey import BackupKey
from fairway.adapters.aws.session import Session
from fairway.errors import Conflict

SECRET = "fairway/shop-api/production/backups"
TEXT = "0123456789abcdefghijABCDEFGHIJ0123456789abcdefghijABCDEFGHIJ0123"


async def put(session: Session, text: str) -> None:
    await session.call("secretsmanager", "CreateSecret", Name=SECRET, SecretString=text)


async def test_a_text_makes_its_key_for_ever(moto: None, session: Session) -> None:
    await put(session, TEXT)

    key = await BackupKey(session, SECRET).get()

    # Another one here means that no backup of before opens any more.
    assert key.hex() == "f26849b57b33deb9050822dbde7155bca4c4b3cb9dd8147a43de26039edfcd40"


async def test_it_is_read_once(moto: None, session: Session) -> None:
    await put(session, TEXT)
    key = BackupKey(session, SECRET)

    assert await key.get() == await key.get()
    assert session.calls["secretsmanager:GetSecretValue"] == 1


async def test_another_text_makes_another_key(moto: None, session: Session) -> None:
    await put(session, TEXT)
    before = await BackupKey(session, SECRET).get()

    await session.call("secretsmanager", "PutSecretValue", SecretId=SECRET, SecretString=TEXT[::-1])

    assert await BackupKey(session, SECRET).get() != before


async def test_a_secret_that_is_not_there_has_a_way_out(moto: None, session: Session) -> None:
    with pytest.raises(Conflict, match="the key of the backups is not there") as raised:
        await BackupKey(session, SECRET).get()

    assert raised.value.hint.startswith("fairway aws up makes it")


async def test_a_text_that_is_no_key_is_refused_without_being_shown(moto: None, session: Session) -> None:
    await put(session, "hunter2")

    with pytest.raises(Conflict, match="the key of the backups is none") as raised:
        await BackupKey(session, SECRET).get()

    assert "hunter2" not in f"{raised.value.what} {raised.value.why} {raised.value.hint}"


async def test_a_secret_that_waits_for_its_deletion_names_the_way_back(moto: None, session: Session) -> None:
    await put(session, TEXT)
    await session.call("secretsmanager", "DeleteSecret", SecretId=SECRET)

    with pytest.raises(Conflict) as raised:
        await BackupKey(session, SECRET).get()

    assert raised.value.hint.endswith(f"aws secretsmanager restore-secret --secret-id {SECRET}")
