"""The app's pipeline in CodePipeline."""

from fairway.adapters.aws.refusals import Refused
from fairway.adapters.aws.session import Session
from fairway.errors import NotFound


class AwsPipeline:
    """`ports.account.CloudPipeline`, of the session's account and region."""

    def __init__(self, session: Session) -> None:
        self._session = session

    async def start(self, pipeline: str) -> str:
        """By StartPipelineExecution."""
        try:
            answer = await self._session.call(
                "codepipeline", "StartPipelineExecution", known=("PipelineNotFoundException",), name=pipeline
            )
        except Refused as refused:
            raise NotFound(f"there is no pipeline {pipeline}", hint="fairway aws up makes it") from refused
        return str(answer["pipelineExecutionId"])
