"""A Dockerfile as its instructions and its stages, as detection reads them: each with the line that it begins on."""

import json
import platform
import re
from collections.abc import Mapping
from dataclasses import dataclass, replace

from fairway.domain import dockerfile

LARGEST = 128 * 1024
"""Bytes that are looked at: people's have a tenth."""
SPACES = re.compile(r"[ \t]{2,}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Instruction:
    """One instruction: its name in capitals, the rest of it, and its line (from 1)."""

    name: str
    rest: str
    line: int

    @property
    def exec_form(self) -> tuple[str, ...] | None:
        """The list of the JSON form; None for the shell form."""
        try:
            raw = json.loads(self.rest)
        except (ValueError, RecursionError):
            return None
        return tuple(raw) if isinstance(raw, list) and all(isinstance(word, str) for word in raw) else None


def parse(content: bytes) -> tuple[Instruction, ...]:
    """The instructions, in order. What spaces their lines begin with is one space in them."""
    return tuple(
        Instruction(name=each.keyword, rest=SPACES.sub(" ", each.value), line=each.start + 1)
        for each in dockerfile.parse(content[:LARGEST].decode("utf-8-sig", "replace"))
    )


def last_stage(instructions: tuple[Instruction, ...]) -> tuple[Instruction, ...]:
    """What makes the final image: the last stage, after the stages of the file that it is made FROM."""
    found = split(instructions)
    return chain(found, len(found) - 1) if found else ()


def named_stage(instructions: tuple[Instruction, ...], names: frozenset[str]) -> tuple[Instruction, ...]:
    """What makes the last stage that has one of the names; nothing when there is none."""
    found = split(instructions)
    number = next((number for number in reversed(range(len(found))) if alias(found[number][0]) in names), None)
    return () if number is None else chain(found, number)


def split(instructions: tuple[Instruction, ...]) -> list[list[Instruction]]:
    """The stages, each beginning with its FROM. The defaults of arguments from before the first FROM are filled in, and
    what BuildKit says of the platform."""
    stages: list[list[Instruction]] = []
    automatic = dockerfile.automatic(platform.machine())
    defaults: dict[str, str] = {}
    for instruction in instructions:
        if instruction.name == "FROM":
            stages.append([])
        if stages:
            stages[-1].append(filled(instruction, defaults, automatic))
        elif instruction.name == "ARG":
            for name, value in re.findall(r"(\w+)=(\"[^\"]*\"|'[^']*'|\S*)", instruction.rest):
                defaults[name] = dockerfile.substitute(value.strip("'\""), {**automatic, **defaults})
    return stages


def filled(instruction: Instruction, defaults: Mapping[str, str], automatic: Mapping[str, str]) -> Instruction:
    """`FROM node:${VERSION}` and `ARG PORT` with the default that the argument has before the first FROM."""
    if instruction.name == "ARG" and instruction.rest in defaults:
        return replace(instruction, rest=f"{instruction.rest}={defaults[instruction.rest]}")
    if instruction.name != "FROM":
        return instruction
    known = {**automatic, **defaults}

    def default(match: re.Match[str]) -> str:
        return known.get(match[1] or match[2], match[0])

    return replace(instruction, rest=re.sub(r"\$(?:\{(\w+)\}|(\w+))", default, instruction.rest))


def chain(stages: list[list[Instruction]], last: int) -> tuple[Instruction, ...]:
    """A stage's instructions, after those of the stages that it is made FROM."""
    found: list[Instruction] = []
    names = {alias(stage[0]): number for number, stage in enumerate(stages) if alias(stage[0])}
    number: int | None = last
    while number is not None:
        found[:0] = stages[number]
        parent = names.get(base(stages[number][0]).lower())
        number = parent if parent is not None and parent < number else None
    return tuple(found)


def base(instruction: Instruction) -> str:
    """What a FROM names."""
    words = [word for word in instruction.rest.split() if not word.startswith("--")]
    return words[0] if words else ""


def alias(instruction: Instruction) -> str:
    """The name that a FROM gives its stage."""
    found = re.search(r"\sas\s+(\S+)\s*$", instruction.rest, re.IGNORECASE)
    return found[1].lower() if found else ""
