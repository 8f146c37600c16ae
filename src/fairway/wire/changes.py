"""What an execution would change in an environment, as the API shows it."""

from pydantic import BaseModel


class Commit(BaseModel):
    """A commit and the first line of its message."""

    commit: str
    subject: str


class Variables(BaseModel):
    """Names of variables that differ from what runs; no values. `version` is the one that would be used."""

    version: int
    added: list[str]
    removed: list[str]
    changed: list[str]


class Changes(BaseModel):
    """Against the release that the environment runs (null: it runs nothing). `count` is how many commits there are, of
    which the newest are listed; null when what runs is no ancestor. `image` is the digest, "" before it is built."""

    environment: str
    release: int | None
    commits: list[Commit]
    count: int | None
    image: str
    variables: Variables
