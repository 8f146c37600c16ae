"""`fairway env list --explain`: where each variable of a task comes from, and what it stands in place of."""

from typing import Any

from fairway.cli import git, here, output, variables

FAIRWAY = "Fairway itself"
GIVEN = ("FAIRWAY_APP", "FAIRWAY_ENVIRONMENT", "FAIRWAY_RELEASE", "FAIRWAY_SERVICE", "FAIRWAY_TASK", "PORT")


def show(document: dict[str, Any], environment: str, *, as_json: bool) -> None:
    """Print it. `document` is what the API lists of the environment."""
    files = find_files(environment)
    rows = explain(document["variables"], files)
    if output.answer_json(as_json, {"environment": environment, "version": document["version"], "variables": rows}):
        return
    headings = ("variable", "given to", "from", "in place of", "fairway run has it from")
    cells = [
        [
            row["name"],
            row["service"] or "every service",
            row["source"] or "not set on the server",
            ", ".join(row["overrides"]),
            ", then ".join(row["files"]),
        ]
        for row in rows
    ]
    output.put_table(headings, cells, empty="")


def explain(items: list[dict[str, Any]], files: dict[str, tuple[str, ...]]) -> list[dict[str, Any]]:
    """A row for each variable of each service that has one of its own, by name. `files` are the env files here that set
    a variable, the one that holds first."""
    sources = {(item["service"], item["name"]): f"version {item['set_at_version']}" for item in items}
    names = sorted({*(name for _, name in sources), *files, *GIVEN})
    rows = []
    for name in names:
        common = sources.get(("", name))
        own = {service: source for (service, each), source in sources.items() if each == name and service}
        before = [f"the environment's, {common}"] if common else []
        if name in GIVEN:
            rows.append(row(name, "", FAIRWAY, [*(f"{key}'s, {each}" for key, each in own.items()), *before], files))
            continue
        if common or not own:
            rows.append(row(name, "", common or "", [], files))
        rows += [row(name, service, source, before, files) for service, source in sorted(own.items())]
    return rows


def row(
    name: str, service: str, source: str, overrides: list[str], files: dict[str, tuple[str, ...]]
) -> dict[str, Any]:
    """One of them, as data."""
    held = [] if source == FAIRWAY else list(files.get(name, ()))
    return {"name": name, "service": service, "source": source, "overrides": overrides, "files": held}


def find_files(environment: str) -> dict[str, tuple[str, ...]]:
    """By variable the env files here that set it."""
    from fairway.environment import layers

    top = git.folder()
    table = here.read_manifest(top).get("environments")
    own = table.get(environment) if isinstance(table, dict) else None
    env_file = own.get("env_file") if isinstance(own, dict) else None
    found = variables.read_layers(top, environment, env_file if isinstance(env_file, str) else None)
    return {name: layers.places(found, name) for name in layers.flatten(found)}
