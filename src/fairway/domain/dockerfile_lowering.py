"""A Dockerfile as an old frontend reads it: without here-documents, and without COPY's `--link`.

Docker Engine before 23 has a frontend from before 2022. A `# syntax=` line fetches a newer one from Docker Hub; where
that can't be reached, what the old one lacks is said in its own words: a RUN's here-document becomes the list form of a
shell that reads it, a COPY's becomes a RUN that writes the file. Lines keep their numbers, so that errors name the
author's. What can't be said so is left as it is, and fails with the frontend's own message.
"""

import json
import posixpath
import re
import shlex
from collections.abc import Sequence

from fairway.domain import dockerfile
from fairway.domain.dockerfile import Instruction

LINK = re.compile(r"\s--link(?:=true)?(?=\s)")
FLAGS = re.compile(r"(?P<flags>(?:--\S+\s+)*)(?P<rest>.*)", re.DOTALL)
MARKER = re.compile(r"<<(?P<tabs>-?)(?P<quote>[\"']?)(?P<word>\w[\w.]*)(?P=quote)")
OWNERS = {"chown": re.compile(r"--chown=(\S+)"), "chmod": re.compile(r"--chmod=(\S+)")}


def lower(text: str) -> str:
    """The Dockerfile for the old frontend; the same text when it asks for nothing new."""
    lines = text.removeprefix("\ufeff").splitlines()
    shell: Sequence[str] = ("/bin/sh", "-c")
    user = ""
    for item in dockerfile.parse(text):
        match item.keyword:
            case "FROM":
                shell, user = ("/bin/sh", "-c"), ""
            case "SHELL":
                shell = read_list(item.value) or shell
            case "USER":
                user = item.value
            case "RUN" | "COPY" | "ADD":
                replace(lines, item, lowered(lines, item, shell, user))
            case _:
                pass
    return "\n".join(lines) + "\n"


def replace(lines: list[str], item: Instruction, new: Sequence[str]) -> None:
    """Put the new lines in the instruction's place, and comments where it had more."""
    count = item.end - item.start
    if new and len(new) <= count:
        lines[item.start : item.end] = [*new, *["#"] * (count - len(new))]


def lowered(lines: Sequence[str], item: Instruction, shell: Sequence[str], user: str) -> list[str]:
    """The instruction in the old frontend's words, nothing when it can stay."""
    opened = [found for word in dockerfile.words(item.value) if (found := MARKER.fullmatch(word))]
    if not opened or not heredoc_lines(lines, item, opened):
        old = list(lines[item.start : item.end])
        new = [LINK.sub("", line) for line in old] if item.keyword in ("COPY", "ADD") else old
        return new if new != old else []
    body = heredoc_lines(lines, item, opened)
    parts = FLAGS.fullmatch(item.value)
    flags, rest = (parts["flags"], parts["rest"]) if parts else ("", item.value)
    if item.keyword == "RUN":
        script = run_script(rest, opened, body)
        return [f"RUN {flags}{json.dumps([*shell, script])}"] if script else []
    script = copy_script(flags, rest, opened, body)
    if not script:
        return []
    run = f"RUN {json.dumps(['/bin/sh', '-c', script])}"
    return ["USER root", run, f"USER {user}"] if user else [run]


def heredoc_lines(lines: Sequence[str], item: Instruction, opened: Sequence[re.Match[str]]) -> list[str]:
    """The lines of the here-documents with their ends; none when the instruction's last line is no end."""
    last = opened[-1]
    if lines[item.end - 1].lstrip("\t" if last["tabs"] else "") != last["word"]:
        return []
    # The instruction's own lines end where the first one does not continue.
    at = item.start
    while lines[at].rstrip().endswith("\\"):
        at += 1
    return list(lines[at + 1 : item.end])


def run_script(rest: str, opened: Sequence[re.Match[str]], body: Sequence[str]) -> str:
    """What the shell is given: the document itself when there is nothing else, otherwise the command with it."""
    if len(opened) != 1 or rest.strip() != opened[0][0]:
        return "\n".join([rest, *body])
    inside = [line.lstrip("\t") if opened[0]["tabs"] else line for line in body[:-1]]
    return "" if inside and inside[0].startswith("#!") else "\n".join(inside)


def copy_script(flags: str, rest: str, opened: Sequence[re.Match[str]], body: Sequence[str]) -> str:
    """A script that writes the documents; empty when the COPY takes other files as well."""
    words = list(dockerfile.words(rest))
    if len(words) != len(opened) + 1 or "--from" in flags:
        return ""
    target = words[-1].strip("\"'")
    script = ["set -e"]
    for found in opened:
        path = posixpath.join(target, found["word"]) if target.endswith("/") or len(opened) > 1 else target
        end = next(number for number, line in enumerate(body) if line.lstrip("\t") == found["word"])
        inside, body = body[:end], body[end + 1 :]
        # A Dockerfile replaces variables alone; a shell would run what stands in backquotes.
        text = [line if found["quote"] else re.sub(r"`|\$(?=\()", r"\\\g<0>", line) for line in inside]
        place = f'"{path}"' if "$" in path else shlex.quote(path)
        script += [f"mkdir -p {shlex.quote(posixpath.dirname(path) or '.')}", f"cat > {place} {found[0]}", *text]
        script.append(found["word"])
        script += [f"{tool} {value[1]} {place}" for tool, pattern in OWNERS.items() if (value := pattern.search(flags))]
    return "\n".join(script)


def read_list(value: str) -> Sequence[str]:
    """The words of a JSON list, none when it is none."""
    try:
        found = json.loads(value)
    except ValueError:
        return ()
    return tuple(str(word) for word in found) if isinstance(found, list) else ()
