"""What AWS refuses, as Fairway's errors with the way out; written once, for all of the adapters to AWS."""

import contextlib
from collections.abc import Collection, Iterator
from typing import TYPE_CHECKING

from fairway.errors import FairwayError, Unavailable, UsageError

if TYPE_CHECKING:
    from fairway.adapters.aws.session import Session


class Refused(Exception):
    """An error of AWS's that the caller asked to have: its code and its message."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(f"{code}: {message}")
        self.code = code
        self.message = message


@contextlib.contextmanager
def translated(session: "Session", operation: str, known: Collection[str] = (), service: str = "") -> Iterator[None]:
    """Raise what botocore raises inside as Fairway's error, or as Refused when its code is one of `known`."""
    from botocore.exceptions import BotoCoreError, ClientError, NoCredentialsError

    try:
        yield
    except ClientError as error:
        described = error.response.get("Error", {})
        code, message = str(described.get("Code", "")), str(described.get("Message", ""))
        if code in known:
            raise Refused(code, message) from error
        raise FairwayError(f"AWS refuses {operation}", why=f"{code}: {message}") from error
    except NoCredentialsError as error:
        raise UsageError("there are no credentials for AWS", hint="aws configure") from error
    except BotoCoreError as error:
        raise Unavailable(f"AWS did not answer {operation}", why=str(error)) from error
