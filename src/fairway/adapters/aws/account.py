"""Who calls (STS), and how a connection to a forge stands (CodeConnections)."""

from fairway.adapters.aws.refusals import Refused
from fairway.adapters.aws.session import Session
from fairway.domain.aws.seen import Caller, Connection
from fairway.errors import NotFound


class AwsAccount:
    """`ports.account.Account`, of the session's credentials and region."""

    def __init__(self, session: Session) -> None:
        self._session = session

    async def caller(self) -> Caller:
        """By GetCallerIdentity, which everybody may call who has credentials."""
        answer = await self._session.call("sts", "GetCallerIdentity")
        arn = str(answer["Arn"])
        return Caller(account=answer["Account"], arn=arn, region=self._session.region, partition=arn.split(":")[1])

    async def connection(self, arn: str) -> Connection:
        """By GetConnection, of the service that the ARN names: connections from before 2024 have the older name."""
        service = "codestar-connections" if ":codestar-connections:" in arn else "codeconnections"
        try:
            answer = await self._session.call(
                service, "GetConnection", known=("ResourceNotFoundException",), ConnectionArn=arn
            )
        except Refused as refused:
            raise NotFound(
                f"there is no connection {arn}",
                why="it was deleted, or belongs to another account or region",
                hint="leave the key connection out of fairway.toml, and fairway aws up makes one",
            ) from refused
        return Connection(answer["Connection"]["ConnectionStatus"])
