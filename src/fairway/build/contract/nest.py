"""What NestJS does as an app starts, by the files that the start surely imports: which classes it makes, and which
schemas and classes it holds against the environment.

Plain patterns over several files: a module names what another file defines.
"""

import re
from collections.abc import Iterator, Mapping

CHECKED = re.compile(rb"\bvalidationSchema\s*(?::\s*(\w+)\s*)?[,}]")
"""The name of the schema that NestJS's ConfigModule holds against the environment; it often comes from another file."""
PROVIDED = re.compile(
    rb"(?:providers|controllers|imports)\s*:\s*\[([^\]]*)|NestFactory\.create\w*(?:<[^<>]{0,200}>)?\(\s*(\w+)"
)
"""What a module of NestJS lists."""
VALIDATE = re.compile(rb"\bvalidate\s*(?::\s*(\w+)\s*)?[,}]")
"""The function that ConfigModule gives the environment to."""
FUNCTION = re.compile(
    rb"\bfunction\s+(\w+)|\b(?:const|let)\s+(\w+)\s*(?::[^=\n]*)?=\s*(?:async\s*)?(?:function\b|[(<])"
)
MADE = re.compile(rb"\bplainTo(?:Instance|Class)\(\s*(\w+)")
LENIENT = re.compile(rb"skipMissingProperties\s*:\s*true")
MOST_BYTES = 3000
"""Bytes of a function that checks the environment."""


def surely(sources: Mapping[str, bytes], reached: Mapping[str, bool]) -> Iterator[tuple[str, bytes]]:
    """The files that the start surely imports, with their content."""
    yield from ((path, sources.get(path, b"")) for path, sure in reached.items() if sure)


def provided_classes(sources: Mapping[str, bytes], reached: Mapping[str, bool]) -> frozenset[str]:
    """The classes that NestJS makes: those that a module lists which the start surely imports."""
    found: set[str] = set()
    for _, content in surely(sources, reached):
        if b"@Module" in content or b"NestFactory" in content:
            for listed in PROVIDED.finditer(content):
                found.update(word.decode() for word in re.findall(rb"[A-Z]\w+", listed[0]))
    return frozenset(found)


def checked_schemas(sources: Mapping[str, bytes], reached: Mapping[str, bool]) -> frozenset[str]:
    """The names of the schemas that NestJS checks the environment with, where the start surely comes by."""
    return frozenset(
        (match[1] or b"validationSchema").decode()
        for _, content in surely(sources, reached)
        if b"ConfigModule" in content
        for match in CHECKED.finditer(content)
    )


def held_classes(sources: Mapping[str, bytes], reached: Mapping[str, bool]) -> frozenset[tuple[str, str]]:
    """The classes of class-validator's that the environment is held against, whose failure ends the app, each with the
    file that it stands in ("": in whichever).

    By ConfigModule's `validate`, or in the function of a `registerAs` by one that is given the class:
    `validateConfig(process.env, Variables)`.
    """
    given = {
        match[1] or b"validate"
        for _, content in surely(sources, reached)
        if b"ConfigModule" in content
        for match in VALIDATE.finditer(content)
    }
    found: set[tuple[str, str]] = set()
    helpers: set[bytes] = set()
    for _, content in surely(sources, reached):
        for name, head, body in functions(content) if b"validateSync" in content else ():
            made = MADE.search(body)
            if made is None or b"validateSync" not in body or not ends(body) or LENIENT.search(body):
                continue
            if re.search(rb"[(,]\s*" + made[1] + rb"\s*[?:,)]", head):
                helpers.add(name)
            elif name in given:
                found.add(("", made[1].decode()))
    for path, content in surely(sources, reached):
        for name in helpers if b"registerAs" in content else ():
            calls = re.findall(rb"\b" + name + rb"\(\s*process\.env\s*,\s*(\w+)", content)
            found.update((path, each.decode()) for each in calls)
    return frozenset(found)


def functions(content: bytes) -> Iterator[tuple[bytes, bytes, bytes]]:
    """The functions of a file: name, head and body, up to a brace at the beginning of a line."""
    for match in FUNCTION.finditer(content):
        text = content[match.start() : match.start() + MOST_BYTES].partition(b"\n}")[0]
        head, _, body = text.partition(b"{")
        yield match[1] or match[2], head, body


def ends(body: bytes) -> bool:
    """Whether the function ends the app by what it finds."""
    return b"throw " in body or b"process.exit(1)" in body
