"""How a task ended, in words: the engine's refusal, the kernel's memory killer, exit codes and signals."""

import re
from collections.abc import Mapping
from dataclasses import replace
from types import MappingProxyType

from fairway.domain import diagnosis_code
from fairway.domain.diagnosis_text import Finding, bytes_text, seconds_text
from fairway.domain.facts import Facts

SIGNALS: Mapping[int, tuple[str, str]] = MappingProxyType(
    {
        1: ("SIGHUP", "its terminal went away"),
        2: ("SIGINT", "something asked it to stop"),
        3: ("SIGQUIT", "something asked it to stop"),
        4: ("SIGILL", "it used an instruction that this processor does not have"),
        6: ("SIGABRT", "it gave up by itself"),
        7: ("SIGBUS", "a crash in native code"),
        8: ("SIGFPE", "a crash in native code"),
        9: ("SIGKILL", "something killed it; Docker reports no lack of memory, but can miss one"),
        11: ("SIGSEGV", "a crash in native code"),
        13: ("SIGPIPE", "what it wrote to was closed"),
        15: ("SIGTERM", "something asked it to stop"),
    }
)
HEAP = re.compile(r"JavaScript heap out of memory|Allocation failed - process out of memory")
PROGRAM = (
    re.compile(r"exec (?P<program>\S+) failed: No such file or directory"),
    re.compile(r'exec: \\?"(?P<program>[^"\\]+)\\?": (?:executable file not found|stat .*no such file)'),
    re.compile(r"^(?:/bin/)?(?:ba|da|a)?sh: (?:line )?(?:\d+: )?(?P<program>[^\s:]+): (?:command )?not found"),
    re.compile(r"^(?:env|/usr/bin/env): [‘'\"]?(?P<program>[^\s:’'\"]+)[’'\"]?: No such file or directory"),
    re.compile(r"line \d+: (?P<program>[^\s:]+): command not found"),
)
NOT_EXECUTABLE = re.compile(r"(?:exec )?(?P<program>/?[\w./-]+)(?: failed)?: [Pp]ermission denied")
ERROR = re.compile(
    r"^(?:Uncaught )?(?:(?:[\w.]+\.)?[A-Z]\w*(?:Error|Exception|Interrupt|Exit|Configured)|Error)(?: \[\w+\])?: .+"
)


def read_refusal(facts: Facts) -> Finding | None:
    """The engine could not start the process at all."""
    if facts.exit is None or not facts.exit.error:
        return None
    text = facts.exit.error
    if "exec format error" in text.lower():
        return wrong_architecture(text)
    if match := PROGRAM[1].search(text):
        return missing_program(match["program"], facts, None)
    if "address range is left" in text or "address pools have been fully subscribed" in text:
        return Finding(
            sentence="Docker has no address range left for the network of another environment",
            seen=text,
            fix="fairway down for an app that is not needed, or more default-address-pools in /etc/docker/daemon.json",
        )
    return Finding(sentence="the engine could not start the process", seen=text)


def read_memory(facts: Facts, log: tuple[str, ...]) -> Finding | None:
    """The kernel killed it for its memory, or Node.js gave up at the end of its heap."""
    limit = bytes_text(facts.spec.memory)
    fix = f"raise services.{facts.spec.service}.memory in fairway.toml (now {limit}), if the app really needs more"
    if facts.exit is not None and facts.exit.oom_killed:
        peak = f", peak {bytes_text(facts.usage.peak)} of {limit}" if facts.usage is not None else ""
        return Finding(
            sentence=f"the kernel killed the process: it needed more memory than its limit of {limit}",
            seen=f"out-of-memory kill after {seconds_text(facts.lived)}{peak}",
            fix=fix,
        )
    line = last(log, HEAP)
    if line is None:
        return None
    return Finding(
        sentence=f"Node.js ran out of heap; the task's memory limit is {limit}", seen=log[line], fix=fix, line=line
    )


def read_code(facts: Facts, log: tuple[str, ...]) -> Finding:
    """The exit code, with the error that was printed last if there is one."""
    assert facts.exit is not None
    code = facts.exit.code
    if code == 127:
        for pattern in PROGRAM:
            if (line := last(log, pattern)) is not None and (match := pattern.search(log[line])):
                return repeat(missing_program(match["program"], facts, line), facts)
        return repeat(Finding(sentence="the start command was not found in the image", seen="exit code 127"), facts)
    if code == 126:
        line = last(log, NOT_EXECUTABLE)
        match = NOT_EXECUTABLE.search(log[line]) if line is not None else None
        name = f'"{match["program"]}"' if match else "the start command"
        finding = Finding(
            sentence=f"{name} is not executable in the image",
            seen="exit code 126",
            fix=executable(match["program"]) if match else "",
            line=line,
        )
        return repeat(finding, facts)
    if code == 0:
        return read_zero(facts, log)
    line = last(log, ERROR)
    said = log[line].strip() if line is not None else ""
    if (signal := SIGNALS.get(code - 128)) is not None:
        name, meaning = signal
        return repeat(
            Finding(
                sentence=f"the process was ended by {name}: {meaning}", seen=join(f"exit code {code}", said), line=line
            ),
            facts,
        )
    after = f"after {seconds_text(facts.lived)}"
    sentence = f"the process exits with {code} {after}" + (f": {said}" if said else "")
    return repeat(Finding(sentence=sentence, seen=f"exit code {code}", line=line), facts)


def read_zero(facts: Facts, log: tuple[str, ...]) -> Finding:
    """It ended by itself and found nothing wrong with that."""
    kind = "it serves no requests then" if facts.spec.port is not None else "a service has to go on running"
    line = last(log, ERROR)
    said = log[line].strip() if line is not None else ""
    return repeat(
        Finding(
            sentence=f"the process ended by itself after {seconds_text(facts.lived)}, with exit code 0: {kind}",
            seen=join("exit code 0", said),
            fix="start the server in the foreground: a container ends with its main process",
            line=line,
        ),
        facts,
    )


def repeated(finding: Finding | None, facts: Facts) -> Finding | None:
    """The finding of the log, with what the exit adds to it."""
    if finding is None or facts.exit is None:
        return None
    seen = join(finding.seen, f"exit code {facts.exit.code} after {seconds_text(facts.lived)}")
    return repeat(replace(finding, seen=seen), facts)


def repeat(finding: Finding, facts: Facts) -> Finding:
    """What came again and again is told with its period."""
    if facts.restarts < 1:
        return finding
    return replace(
        finding,
        seen=join(
            finding.seen, f"it has ended {facts.restarts + 1} times, {seconds_text(facts.lived)} after its start"
        ),
    )


def executable(program: str) -> str:
    """How a file gets the right to be run: in git, which keeps it, or in the Dockerfile."""
    name = program.rpartition("/")[2]
    return f"git update-index --chmod=+x {name} (with its path) and commit, or RUN chmod +x {program} in the Dockerfile"


def missing_program(program: str, facts: Facts, line: int | None) -> Finding:
    """The command names a program that the image does not have. For a script the kernel says the same when the program
    in its first line is missing: `#!/bin/bash` on Alpine, or `#!/bin/sh` with a Windows line end."""
    if program.endswith((".sh", ".bash", ".py")) or "entrypoint" in program:
        return Finding(
            sentence=f'"{program}" can\'t be started: it is not in the image, or the program in its first line is not',
            seen="exit code 127",
            fix="see that the image has it, that its lines don't end as on Windows (sed -i 's/\\r$//'), and that its "
            "#! names a program of the image",
            line=line,
        )
    return replace(diagnosis_code.missing_program(program, facts.spec.service), seen="exit code 127", line=line)


def wrong_architecture(seen: str, line: int | None = None) -> Finding:
    """The kernel could not run the file."""
    return Finding(
        sentence="the program is built for another kind of processor than this host's",
        seen=seen,
        fix="build the image on this kind of host, or with --platform set to it",
        line=line,
    )


def last(log: tuple[str, ...], pattern: re.Pattern[str]) -> int | None:
    """The index of the last line that the pattern is found in."""
    return next((index for index in range(len(log) - 1, -1, -1) if pattern.search(log[index])), None)


def join(*parts: str) -> str:
    """The parts that say something, in one line."""
    return "; ".join(part for part in parts if part)
