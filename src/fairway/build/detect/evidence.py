"""What `fairway init` prints of a Detection: each conclusion in a few words, with its file and line."""

from dataclasses import replace

from fairway.domain.detection import Detection, Evidence, Kind, Manager

LANGUAGES = {"node": "Node.js", "python": "Python"}
MANAGERS = {Manager.BERRY: "yarn"}


def collect(detection: Detection, more: tuple[Evidence, ...] = ()) -> Detection:
    """The Detection with its evidence: runtime, package manager, framework, build, start, port, health, then `more`."""
    found: list[Evidence] = []
    if detection.kind is not Kind.DOCKERFILE:
        found.extend(made(detection))
    if port := detection.port:
        number = f"{port.number} assumed" if port.assumed else f"{port.number} by default"
        found.append(
            Evidence(
                what=f"listens on {port.variable}, {number}" if port.variable else f"listens on {port.number}",
                where=port.where,
            )
        )
    if health := detection.health:
        found.append(Evidence(what=f"health: GET {health.path}", where=health.where))
    return replace(detection, evidence=(*detection.evidence, *found, *more))


def made(detection: Detection) -> list[Evidence]:
    """How a generated image is made."""
    found: list[Evidence] = []
    if runtime := detection.runtime:
        found.append(Evidence(what=f"{LANGUAGES[runtime.language]} {runtime.version}", where=runtime.where))
    if packages := detection.packages:
        name = MANAGERS.get(packages.manager, packages.manager.value)
        version = f" {packages.version}" if packages.version else ""
        found.append(
            Evidence(what=f"{name}{version}" + ("" if packages.lock else ", without a lock file"), where=packages.where)
        )
    manifest = "package.json" if detection.kind is Kind.NODE else (packages.where if packages else "")
    if detection.framework:
        found.append(Evidence(what=detection.framework, where=place(detection, manifest)))
    if detection.workspaces:
        found.append(
            Evidence(
                what=f"a workspace of {len(detection.workspaces)} packages, of which {detection.directory} is deployed",
                where="package.json",
            )
        )
    if detection.build:
        found.append(Evidence(what=f'built by "{detection.build.command}"', where=detection.build.where))
    if detection.start:
        found.append(Evidence(what=f'starts "{shown(detection.start.command)}"', where=detection.start.where))
    return found


def shown(command: tuple[str, ...]) -> str:
    """The command as a person would type it: a shell's line without the shell."""
    return command[2] if len(command) == 3 and command[:2] == ("sh", "-c") else " ".join(command)


def place(detection: Detection, file: str) -> str:
    """A file of the app, relative to its context."""
    return file if detection.directory in (".", detection.context) else f"{detection.directory}/{file}"
