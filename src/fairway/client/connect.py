"""A client for this host's own server: its URL from the settings, the owner's token from its file."""

from fairway.client.api import Client
from fairway.errors import UsageError
from fairway.settings import Settings


def connect(settings: Settings) -> Client:
    """A client for the server that the settings describe. Nothing is asked of it yet."""
    return Client(settings.url, read_token(settings))


def read_token(settings: Settings) -> str:
    """The owner's token, "" when no server has made one yet. Raises UsageError when it belongs to somebody else."""
    try:
        return settings.token_file.read_text(encoding="utf-8").strip()
    except FileNotFoundError:
        return ""
    except OSError as error:
        raise UsageError(
            f"the server's token in {settings.token_file} can't be read",
            why=(error.strerror or str(error)).lower(),
            hint="use the account that the server runs as, or set FAIRWAY_HOME to your own",
        ) from error
