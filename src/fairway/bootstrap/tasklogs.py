"""How much is kept of what tasks print."""

from fairway.adapters.files.parts import MB, Limits
from fairway.domain.retention import DAY
from fairway.settings import Settings


def limits(settings: Settings) -> Limits:
    """The settings' bounds. A part is a tenth of what a task may keep, so that the oldest tenth goes at a time."""
    task = settings.log_task_mb * MB
    return Limits(
        part=min(MB, task // 10), task=task, service=settings.log_service_mb * MB, age=settings.log_days * DAY
    )
