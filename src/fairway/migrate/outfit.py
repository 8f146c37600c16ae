"""What a migration's container is given: the app's image with the command of fairway.toml, or, for a folder of plain
SQL files, the database's own psql with the files that are pending at that moment."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from fairway.domain.address import Address
from fairway.domain.image import Image
from fairway.domain.migrations import Migrations, Tool
from fairway.migrate.parts import Parts, Subject
from fairway.migrate.tools import sql_script
from fairway.migrate.walk import Walk


@dataclass(frozen=True, slots=True, kw_only=True)
class Outfit:
    """`variables` are set besides those of the environment, `files` lie in the container before it starts."""

    image: Image
    command: tuple[str, ...]
    variables: Mapping[str, str] = field(default_factory=dict)
    files: Mapping[str, str] = field(default_factory=dict)


def is_scripted(settings: Migrations) -> bool:
    """Whether Fairway runs the files itself."""
    return settings.tool is Tool.SQL and not settings.command


def has_way_back(subject: Subject) -> bool:
    """Whether there is one that could be rehearsed."""
    if is_scripted(subject.settings):
        return bool(subject.plan.pending) and all(step.down for step in subject.plan.pending)
    return subject.settings.down is not None


async def choose(
    parts: Parts, walk: Walk, subject: Subject, *, here: Address, there: Address, back: bool = False
) -> Outfit:
    """For a command on the database that is `here` for this server and `there` for the container. Raises UsageError,
    WorkFailed, Unavailable."""
    settings, image = subject.settings, walk.order.release.image
    if not is_scripted(settings):
        return Outfit(image=image, command=(settings.down or ()) if back else settings.command)
    if back:
        names = list(walk.passage.taken) or [step.name for step in subject.plan.pending]
    else:
        names = [step.name for step in (await parts.planning.plan(settings, image, here)).pending]
    script = await parts.planning.script(settings, image, names, back=back)
    standing = subject.standing or await parts.databases.look(subject.address)
    return Outfit(
        image=await parts.tools(standing.major, settings.tools),
        command=script.command,
        variables=sql_script.variables(there),
        files={f"{sql_script.FOLDER}/{name}": text for name, text in script.files.items()},
    )
