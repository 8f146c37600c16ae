"""What an attempt of an action is known by outside of the store: the name of its container, the key of its call.

It comes from the execution, the stage, the action and the attempt, and so is the same for a server that comes after a
killed one. The run of the stage is no part of it, because a stage whose workflow was lost begins another run of the
same attempts.
"""

import hashlib

from fairway.domain.execution import Execution
from fairway.domain.ids import JobId


def job_id(execution: Execution, stage: str, action: str, attempt: int) -> JobId:
    """The time is in it, because the numbers of an app that is deleted and made again begin at 1 again."""
    text = f"{execution.app}/{execution.number}/{execution.created_at:.6f}/{stage}/{action}/{attempt}"
    return JobId(hashlib.sha256(text.encode()).hexdigest()[:12])
