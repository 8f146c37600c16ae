"""Taking the secrets of an app out of what is kept or shown of it."""

from typing import Protocol

from fairway.domain import redaction
from fairway.domain.redaction import Redactor

Mask = Redactor
"""Gives a text without the app's secrets. It stays right while variables change."""
CLEAR = redaction.NOTHING
"""Gives every text as it is."""


class Masks(Protocol):
    async def of(self, app: str) -> Mask:
        """The mask of an app; of one that does not exist it masks nothing."""
        ...


class Unmasked:
    """Masks nothing, where there is nothing to be kept from anybody."""

    async def of(self, app: str) -> Mask:
        """`CLEAR`."""
        return CLEAR
