"""Rules between the keys of `[source]`: which of them can stand beside each other (CodePipeline's combinations)."""

from fairway.manifest.lines import Path
from fairway.manifest.problems import Problems
from fairway.manifest.schema import FilterTable, SourceTable


def check(table: SourceTable, problems: Problems) -> None:
    """Check the combinations."""
    written = table.model_fields_set
    other = "tags" in written or any(not each.pull_requests for each in table.filters)
    if table.paths and other and not written & {"branch", "branches"}:
        message = "paths narrows branch or branches down, and neither is written"
        problems.add(("source", "paths"), message, 'write branch = "master", or files in a filter')
    if table.timezone is not None and table.schedule is None:
        problems.add(
            ("source", "timezone"),
            "timezone without a schedule has no meaning",
            'schedule = "0 3 * * 1"',
            because_of=[("source", "schedule")],
        )
    for number, each in enumerate(table.filters):
        _check_filter(("source", "filters", number), each, problems)


def _check_filter(path: Path, each: FilterTable, problems: Problems) -> None:
    if any(found[: len(path)] == path for found in problems.found):
        return
    if each.pull_requests and each.tags is not None:
        problems.add((*path, "tags"), "pull requests have no tags", "leave it out, or give it a filter of its own")
    elif each.pull_requests and each.branches is None:
        message = "a filter of pull requests names the branches that they go to"
        problems.add((*path, "pull_requests"), message, 'branches = ["**"] is all')
    elif each.tags is not None and (each.branches is not None or each.files is not None):
        message = "a filter is for branches or for tags, not for both"
        problems.add((*path, "tags"), message, "two filters: what one of them takes starts an execution")
    elif each.files is not None and each.branches is None:
        problems.add((*path, "files"), "files narrows branches down, and there are none", 'branches = ["**"] is all')
    elif each.tags is None and each.branches is None:
        problems.add(path, "a filter names branches or tags", 'for example: branches = ["main"]')
