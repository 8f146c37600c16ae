"""References from an action to what is known when it begins: `#{smoke.URL}`, CodePipeline's way of writing it.

    #{smoke.URL}            what the action smoke of this stage handed on
    #{staging.smoke.URL}    what an action of an earlier stage did
    #{variables.HOOK}       a variable of the environment
    #{fairway.commit}       of the execution itself: see FACTS

The namespace is always written, so that no output can hide a variable, and no variable another one. What stands for a
reference is put in where the text says and nowhere else: it is not looked through for references again.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

REFERENCE = re.compile(r"#\{([^{}]*)\}")
NAME = r"[a-z][a-z0-9-]*"
PARTS = re.compile(rf"(?:(?P<stage>{NAME})\.)?(?P<namespace>{NAME})\.(?P<name>[A-Za-z_][A-Za-z0-9_]*)")
VARIABLES, FAIRWAY = "variables", "fairway"
FACTS = ("app", "environment", "execution", "commit", "subject", "branch", "author")
"""The names of `#{fairway.…}`."""


Write = Callable[[str, int], str]
"""How a value is written at a place of a text, which is counted in characters from its beginning."""


class Unknown(Exception):
    """Nothing stands for the reference; the text says why, as the end of a sentence."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reference:
    """`stage` None is the stage that it stands in."""

    namespace: str
    name: str
    stage: str | None = None

    def __str__(self) -> str:
        return f"#{{{f'{self.stage}.' if self.stage else ''}{self.namespace}.{self.name}}}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Scope:
    """What the references of one action of `stage` may stand for; `outputs` are by stage and action."""

    stage: str
    facts: Mapping[str, str] = field(default_factory=dict)
    variables: Mapping[str, str] = field(default_factory=dict)
    outputs: Mapping[tuple[str, str], Mapping[str, str]] = field(default_factory=dict)


def find(text: str) -> list[Reference]:
    """The references in a text, in its order. Raises ValueError with the first one that is none."""
    return [read(found[1]) for found in REFERENCE.finditer(text)]


def read(inner: str) -> Reference:
    """What stands between the braces. Raises ValueError with the whole."""
    found = PARTS.fullmatch(inner)
    if found is None or (found["stage"] and found["namespace"] in (VARIABLES, FAIRWAY)):
        raise ValueError(f"#{{{inner}}}")
    return Reference(stage=found["stage"], namespace=found["namespace"], name=found["name"])


def look_up(reference: Reference, scope: Scope) -> str:
    """What the reference stands for. Raises Unknown."""
    if reference.namespace == VARIABLES:
        values, why = scope.variables, f"{scope.stage} has no variable {reference.name}"
    elif reference.namespace == FAIRWAY:
        values, why = scope.facts, f"there is no such fact; there are {', '.join(FACTS)}"
    else:
        values = scope.outputs.get((reference.stage or scope.stage, reference.namespace), {})
        why = f"{reference.namespace} handed on no {reference.name} in this execution"
    if reference.name not in values:
        raise Unknown(why)
    return values[reference.name]


def resolve(text: str, scope: Scope, write: Write = lambda value, at: value) -> str:
    """The text with each reference replaced. Raises Unknown."""
    return REFERENCE.sub(lambda found: write(look_up(read(found[1]), scope), found.start()), text)
