"""Which executions somebody asks for. Pure; the stores translate it into their own words and are held to `takes`."""

from dataclasses import dataclass

from fairway.domain.execution import Execution, ExecutionStatus, Kind


@dataclass(frozen=True, slots=True, kw_only=True)
class Search:
    """All that is given must hold; None asks nothing.

    `commit` is how the commit's id begins, in lower case. `environment` is one whose stage the execution has entered.
    `before` is a number that theirs are below: the next page begins before the last of this one. `defined` leaves out
    what goes by no definition of the app's: rollbacks, pull requests, and commits whose fairway.toml is broken.
    `pull_requests` false leaves out those: anybody may make many of them, which must push nothing else out of sight.
    """

    status: ExecutionStatus | None = None
    branch: str | None = None
    commit: str | None = None
    environment: str | None = None
    before: int | None = None
    defined: bool = False
    pull_requests: bool = True
    pull_request: int | None = None

    def takes(self, execution: Execution) -> bool:
        """Whether the execution is asked for."""
        entered = {stage.name for stage in execution.stages if stage.started_at is not None}
        return (
            self.status in (None, execution.status)
            and self.branch in (None, execution.revision.branch)
            and execution.revision.commit.startswith(self.commit or "")
            and (self.environment is None or self.environment in entered)
            and (self.before is None or execution.number < self.before)
            and (not self.defined or execution.definition > 0)
            and self.pull_request in (None, execution.revision.pull_request)
            and (self.pull_requests or execution.kind is not Kind.PULL_REQUEST)
        )


EVERYTHING = Search()
DEPLOYING = Search(pull_requests=False)
