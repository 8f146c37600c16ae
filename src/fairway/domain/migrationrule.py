"""What a rule for migrations is: what it is about, why it hurts, and the safe way."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class MigrationRule:
    """`why` is what it does to those who use the database, `safe` the way that hurts nobody. `minor`: a matter of taste
    or of later, that never asks for anything now. `own`: Fairway reads the statement itself."""

    name: str
    about: str
    why: str
    safe: str
    minor: bool = False
    own: bool = False
