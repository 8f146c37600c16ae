"""Which moves that were found, and that nobody announced, are still to be decided upon."""

from collections.abc import Sequence

from fairway.domain.execution import Kind
from fairway.domain.ids import AppName
from fairway.domain.search import DEPLOYING
from fairway.intake.intake import Intake
from fairway.intake.push import Update
from fairway.ports.source import Head, Repositories, Tag
from fairway.ports.stores import Executions

RECENT = 20


async def find(
    repositories: Repositories, executions: Executions, intake: Intake, app: AppName, updates: Sequence[Update]
) -> Sequence[Update]:
    """The updates without those of branches and tags that were decided upon: somebody pushed the same to this server,
    or the server died between making the execution and marking the ref, which is marked then."""
    heads = {head.branch: head for head in await repositories.heads(app)}
    tags = {tag.name: tag for tag in await repositories.tags(app)}
    latest: dict[str, str] = {}
    tagged: set[tuple[str, str]] = set()
    for execution in await executions.list(app, limit=RECENT, search=DEPLOYING):
        if execution.kind is Kind.STANDARD:
            latest.setdefault(execution.revision.branch, execution.revision.commit)
            tagged.add((execution.revision.tag, execution.revision.commit))
    left = []
    for update in updates:
        head, tag = heads.get(update.branch or ""), tags.get(update.tag or "")
        if _is_seen(update, head, tag):
            continue
        if head is not None and head.commit == update.new == latest.get(head.branch):
            await intake.settle(app, head)
        elif tag is not None and tag.object == update.new and (tag.name, tag.commit) in tagged:
            await repositories.mark_tags_seen(app, {tag.name: tag.object})
        else:
            left.append(update)
    return left


def _is_seen(update: Update, head: Head | None, tag: Tag | None) -> bool:
    if update.new is None:
        return False
    return (head is not None and head.seen == update.new) or (tag is not None and tag.seen == update.new)
