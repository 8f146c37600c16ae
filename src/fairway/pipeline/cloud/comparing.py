"""The variables of environments on AWS, held against what the code needs."""

from collections.abc import Mapping

from fairway.domain.app import App
from fairway.domain.aws.seen import Version
from fairway.domain.contract import Contract
from fairway.domain.flaws import Expected, Flaw
from fairway.domain.ids import AppName, EnvironmentName
from fairway.environment import examine
from fairway.pipeline.cloud import setting
from fairway.pipeline.cloud.failing import StageFailed
from fairway.pipeline.stages import fulfil
from fairway.pipeline.stages.fulfil import Examine
from fairway.ports.builder import LogSink


async def compare(
    app: App, contract: Contract, versions: Mapping[EnvironmentName, Version], log: LogSink, *, undone: str
) -> str:
    """How much there is to look at, for the stage's summary. Raises StageFailed for an environment of the pipeline that
    lacks what is required, with what was not done then ("built")."""
    compared = await fulfil.compare(app, contract, examiner(versions), log)
    if not compared.lacks:
        return compared.looks
    lines = [
        setting.put(app, name, [each.name for each in findings if each.stops])
        for name, findings in compared.lacks.items()
    ]
    again = f'then {setting.begin_again(app.name)}; what is not needed: optional = ["NAME"] under [contract]'
    raise StageFailed(fulfil.cause_of(compared, fix="\n".join([*lines, again]), undone=undone))


def examiner(versions: Mapping[EnvironmentName, Version]) -> Examine:
    """Examines the values of these versions."""

    async def look(
        app: AppName, environment: EnvironmentName, expected: Mapping[str, Expected]
    ) -> Mapping[str, Flaw | None]:
        return examine.judge(versions[environment].values, expected)

    return look
