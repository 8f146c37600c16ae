"""What the stage `build` of a pipeline on AWS hands over to those that deploy: a release before it has an environment.

It is fixed when the image is there: the image by digest, fairway.toml with what detection found beside it, the contract
of the code, and for each environment the version of its variables. A stage that deploys takes all of it from here, so
that running it again, and going back to an earlier one, gives what it gave before.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from fairway.domain.app import Defaults
from fairway.domain.contract import Contract
from fairway.domain.ids import AppName, EnvironmentName
from fairway.domain.image import Image


@dataclass(frozen=True, slots=True, kw_only=True)
class Handover:
    """`text` is fairway.toml's, `configurations` the id of each environment's version in Secrets Manager. `built_at`
    is seconds since the epoch, `fairway` the version that built it."""

    app: AppName
    commit: str
    subject: str
    image: Image
    text: str
    defaults: Defaults
    contract: Contract
    configurations: Mapping[EnvironmentName, str] = field(default_factory=dict)
    built_at: float = 0.0
    fairway: str = ""
