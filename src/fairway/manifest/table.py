"""What every table of `fairway.toml` is."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import ClassVar

from pydantic import BaseModel, ConfigDict


class Table(BaseModel):
    """A table of the file. Unknown keys are errors."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    LATER: ClassVar[Mapping[str, str]] = MappingProxyType({})
    """Keys that are not supported yet, each with what holds until then."""
