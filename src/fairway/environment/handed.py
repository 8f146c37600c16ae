"""What actions hand on to later ones, under the same seal as an environment's variables: a token that a smoke test was
given is as secret as one that somebody set, and nobody has to say so by its name.

Values go in and come out here alone; what is kept between is text without meaning.
"""

import base64
from collections.abc import Mapping

from fairway.environment import seal


class Handed:
    """Seals and opens by `key`, which is what `key.load` gives."""

    def __init__(self, key: bytes) -> None:
        self._key = key

    def seal(self, values: Mapping[str, str], *, app: str, stage: str, action: str, number: int) -> Mapping[str, str]:
        """The values of one action of execution `number`, as they are kept."""
        return {
            name: base64.b64encode(
                seal.seal(self._key, value, app=app, environment=stage, name=f"{action}.{name}", version=number)
            ).decode("ascii")
            for name, value in values.items()
        }

    def open(self, kept: Mapping[str, str], *, app: str, stage: str, action: str) -> Mapping[str, str]:
        """The values again. Raises Conflict when they were sealed with another key, or for another place."""
        return {
            name: seal.open_sealed(
                self._key, base64.b64decode(text), app=app, environment=stage, name=f"{action}.{name}"
            )
            for name, text in kept.items()
        }
