"""`release.json`: what the stage `build` leaves at the root of its artifact, and the stages that deploy read.

Its `format` is raised when an older Fairway would misread it: a pipeline that goes back reads files that an older one
wrote, so what is added has a default.
"""

from typing import Literal

from pydantic import BaseModel, ValidationError

from fairway.domain import app as apps
from fairway.domain import image as images
from fairway.domain.aws import handover
from fairway.domain.ids import AppName, EnvironmentName
from fairway.errors import UsageError
from fairway.wire.contract import Contract

FILE = "release.json"
FORMAT: Literal[1] = 1
LONGEST = 8 * 1024 * 1024
"""Bytes; the contract is by far the longest part, and is cut at 500 variables."""


class Image(BaseModel):
    """The pushed image: its repository with the registry's host, its digest, its size in bytes (0: not known)."""

    repository: str
    digest: str
    size: int = 0


class Defaults(BaseModel):
    """What detection found of the keys that fairway.toml leaves out."""

    port: int | None = None
    health_path: str | None = None
    command: list[str] | None = None


class Handover(BaseModel):
    """The whole file."""

    format: Literal[1] = FORMAT
    app: str
    commit: str
    subject: str = ""
    image: Image
    manifest: str
    defaults: Defaults = Defaults()
    contract: Contract = Contract()
    configurations: dict[str, str] = {}
    built_at: float = 0.0
    fairway: str = ""

    @classmethod
    def of(cls, made: handover.Handover) -> "Handover":
        """The shape of a handover."""
        command = made.defaults.command
        return cls(
            app=made.app,
            commit=made.commit,
            subject=made.subject,
            image=Image(repository=made.image.repository, digest=made.image.digest, size=made.image.size),
            manifest=made.text,
            defaults=Defaults(
                port=made.defaults.port,
                health_path=made.defaults.health_path,
                command=None if command is None else list(command),
            ),
            contract=Contract.of(made.contract),
            configurations={str(name): version for name, version in made.configurations.items()},
            built_at=made.built_at,
            fairway=made.fairway,
        )

    def back(self) -> handover.Handover:
        """The handover of the shape."""
        command = self.defaults.command
        return handover.Handover(
            app=AppName(self.app),
            commit=self.commit,
            subject=self.subject,
            image=images.Image(repository=self.image.repository, digest=self.image.digest, size=self.image.size),
            text=self.manifest,
            defaults=apps.Defaults(
                port=self.defaults.port,
                health_path=self.defaults.health_path,
                command=None if command is None else tuple(command),
            ),
            contract=self.contract.back(),
            configurations={EnvironmentName(name): version for name, version in self.configurations.items()},
            built_at=self.built_at,
            fairway=self.fairway,
        )


def write(made: handover.Handover) -> str:
    """The text of the file."""
    return Handover.of(made).model_dump_json(indent=2) + "\n"


def read(content: bytes) -> handover.Handover:
    """What the file says. Raises UsageError for one that the stage `build` of this Fairway did not write."""
    wrong = "it is too long"
    if len(content) <= LONGEST:
        try:
            made = Handover.model_validate_json(content).back()
        except ValidationError as error:
            first = error.errors(include_input=False, include_url=False)[0]
            wrong = f"{'.'.join(map(str, first['loc'])) or 'the whole'}: {first['msg']}"
        else:
            if images.DIGEST.fullmatch(made.image.digest):
                return made
            wrong = "image.digest: it names no image"
    raise UsageError(
        f"{FILE} is not what fairway stage build writes",
        why=wrong,
        hint="start the pipeline again, so that its stage build writes a new one",
    )
