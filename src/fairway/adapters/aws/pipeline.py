"""The app's pipeline in CodePipeline."""

from typing import Any

from fairway.adapters.aws.refusals import Refused
from fairway.adapters.aws.session import Session
from fairway.errors import NotFound

MISSING, UNKNOWN = "PipelineNotFoundException", "PipelineExecutionNotFoundException"


class AwsPipeline:
    """`ports.account.CloudPipeline`, of the session's account and region."""

    def __init__(self, session: Session) -> None:
        self._session = session

    async def start(self, pipeline: str) -> str:
        """By StartPipelineExecution."""
        answer = await self._ask("StartPipelineExecution", pipeline, name=pipeline)
        return str(answer["pipelineExecutionId"])

    async def latest(self, pipeline: str) -> str | None:
        """By ListPipelineExecutions, whose newest come first."""
        answer = await self._ask("ListPipelineExecutions", pipeline, pipelineName=pipeline, maxResults=1)
        found = answer.get("pipelineExecutionSummaries", [])
        return str(found[0]["status"]) if found else None

    async def goes_back(self, pipeline: str, execution: str) -> bool:
        """By GetPipelineExecution."""
        answer = await self._ask("GetPipelineExecution", pipeline, pipelineName=pipeline, pipelineExecutionId=execution)
        return str(answer["pipelineExecution"].get("executionType", "")) == "ROLLBACK"

    async def _ask(self, operation: str, pipeline: str, **parameters: Any) -> dict[str, Any]:
        try:
            return await self._session.call("codepipeline", operation, known=(MISSING, UNKNOWN), **parameters)
        except Refused as refused:
            if refused.code == UNKNOWN:
                raise NotFound(f"{pipeline} has no such execution", why=refused.message) from refused
            raise NotFound(f"there is no pipeline {pipeline}", hint="fairway aws up makes it") from refused
