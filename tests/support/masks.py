"""A mask of secrets that a test knows."""

from fairway.domain.redaction import Redactor
from fairway.ports.masks import Mask


class Hiding:
    """`ports.masks.Masks`: the same secrets in every app."""

    def __init__(self, *secrets: str) -> None:
        self._mask = Redactor(secrets)

    async def of(self, app: str) -> Mask:
        """The mask."""
        return self._mask
