"""The contracts of `ports.account`, kept by the fakes, and by the adapters against moto or botocore's Stubber."""

import pytest
from botocore.stub import Stubber

from fairway.adapters.aws.account import AwsAccount
from fairway.adapters.aws.pipeline import AwsPipeline
from fairway.adapters.aws.secrets import AwsSecrets
from fairway.adapters.aws.session import Session
from fairway.adapters.memory.account import MemoryPipeline, MemorySecrets
from fairway.domain.aws.seen import Connection
from fairway.domain.aws.stack import Kind, Stack
from fairway.errors import Conflict, NotFound, UsageError
from support.clouds import REGION, Cloud, made

SECRET = "fairway/shop/production"
CONNECTION = "arn:aws:codeconnections:eu-central-1:123456789012:connection/5f0c8c5e-1111-2222-3333-444455556666"


async def test_the_caller_is_an_account_of_twelve_digits_in_its_region(cloud: Cloud) -> None:
    caller = await cloud.account.caller()

    assert len(caller.account) == 12
    assert caller.account in caller.arn
    assert (caller.region, caller.partition) == (REGION, "aws")


async def test_nothing_can_be_put_into_a_secret_that_no_stack_has_made(cloud: Cloud) -> None:
    assert await cloud.secrets.current(SECRET) is None
    assert await cloud.secrets.names(SECRET) == ()
    with pytest.raises(Conflict, match=f"no secret {SECRET}"):
        await cloud.secrets.put(SECRET, {"A": "1"})


async def test_a_secret_that_was_never_filled_has_no_version(cloud: Cloud) -> None:
    await cloud.make_secret(SECRET)

    assert await cloud.secrets.current(SECRET) is None
    assert await cloud.secrets.names(SECRET) == ()


async def test_what_was_put_is_the_newest_version(cloud: Cloud) -> None:
    await cloud.make_secret(SECRET)

    first = await cloud.secrets.put(SECRET, {"URL": "postgres://ä", "EMPTY": "", "A": "1"})
    second = await cloud.secrets.put(SECRET, {"A": "2"})

    assert first.id != second.id
    assert await cloud.secrets.current(SECRET) == second
    assert await cloud.secrets.names(SECRET) == ("A",)


async def test_equal_variables_make_no_new_version(cloud: Cloud) -> None:
    await cloud.make_secret(SECRET)
    first = await cloud.secrets.put(SECRET, {"A": "1", "B": "2"})

    assert (await cloud.secrets.put(SECRET, {"B": "2", "A": "1"})).id == first.id


async def test_going_back_to_earlier_values_makes_them_the_newest_again(cloud: Cloud) -> None:
    await cloud.make_secret(SECRET)
    for value in ("1", "2", "1"):
        await cloud.secrets.put(SECRET, {"A": value})

    current = await cloud.secrets.current(SECRET)

    assert current is not None
    assert current.values == {"A": "1"}


async def test_variables_that_are_too_large_are_refused(cloud: Cloud) -> None:
    await cloud.make_secret(SECRET)

    with pytest.raises(UsageError, match="too large"):
        await cloud.secrets.put(SECRET, {"A": "x" * 70_000})

    assert await cloud.secrets.current(SECRET) is None


async def test_a_version_never_shows_its_values(cloud: Cloud) -> None:
    await cloud.make_secret(SECRET)

    assert "hunter2" not in repr(await cloud.secrets.put(SECRET, {"A": "hunter2"}))


async def test_a_secret_is_found_by_its_arn_too(aws: Cloud) -> None:
    assert aws.session is not None
    arn = (await aws.session.call("secretsmanager", "CreateSecret", Name=SECRET))["ARN"]

    await aws.secrets.put(arn, {"A": "1"})

    assert await aws.secrets.names(SECRET) == ("A",)


async def test_a_secret_that_is_one_text_is_read_as_it_is(aws: Cloud) -> None:
    assert aws.session is not None
    arn = (await aws.session.call("secretsmanager", "CreateSecret", Name=SECRET, SecretString="postgres://x"))["ARN"]

    assert await aws.secrets.text(arn) == "postgres://x"


async def test_in_memory_a_secret_that_is_one_text_is_read_as_it_is(memory: Cloud) -> None:
    assert isinstance(memory.secrets, MemorySecrets)
    memory.secrets.texts[SECRET] = "postgres://x"

    assert await memory.secrets.text(SECRET) == "postgres://x"


async def test_a_text_that_is_not_there_is_none(cloud: Cloud) -> None:
    assert await cloud.secrets.text(SECRET) is None


async def test_in_memory_a_secret_is_found_by_its_arn_too(memory: Cloud) -> None:
    await memory.make_secret(SECRET)
    ((_, arn),) = (await memory.stacks.resources("fairway-shop-production")).values()

    await memory.secrets.put(arn, {"A": "1"})

    assert arn.startswith("arn:aws:secretsmanager:")
    assert await memory.secrets.names(SECRET) == ("A",)


async def test_a_secret_that_something_else_has_written_is_refused_without_showing_it(aws: Cloud) -> None:
    assert aws.session is not None
    await aws.session.call("secretsmanager", "CreateSecret", Name=SECRET, SecretString="hunter2")

    with pytest.raises(Conflict, match="does not hold an environment's variables") as refusal:
        await aws.secrets.current(SECRET)

    assert "hunter2" not in f"{refusal.value.what} {refusal.value.why} {refusal.value.hint}"


async def test_a_secret_that_waits_for_its_deletion_names_the_way_back(aws: Cloud) -> None:
    assert aws.session is not None
    await aws.session.call("secretsmanager", "CreateSecret", Name=SECRET, SecretString="{}")
    await aws.session.call("secretsmanager", "DeleteSecret", SecretId=SECRET)

    with pytest.raises(Conflict) as refusal:
        await AwsSecrets(aws.session).current(SECRET)

    assert refusal.value.hint.endswith(f"aws secretsmanager restore-secret --secret-id {SECRET}")


@pytest.mark.parametrize("status", list(Connection))
@pytest.mark.parametrize("service", ["codeconnections", "codestar-connections"])
async def test_a_connection_stands_as_aws_says(session: Session, status: Connection, service: str) -> None:
    arn = CONNECTION.replace("codeconnections", service)
    with Stubber(session.client(service)) as stub:
        stub.add_response(
            "get_connection",
            {"Connection": {"ConnectionArn": arn, "ConnectionStatus": status.value}},
            {"ConnectionArn": arn},
        )

        assert await AwsAccount(session).connection(arn) is status


async def test_a_connection_that_is_not_there_is_not_found(session: Session) -> None:
    with Stubber(session.client("codeconnections")) as stub:
        stub.add_client_error("get_connection", "ResourceNotFoundException")

        with pytest.raises(NotFound, match="there is no connection"):
            await AwsAccount(session).connection(CONNECTION)


async def test_in_memory_a_connection_is_pending_once_a_stack_has_made_it(memory: Cloud) -> None:
    with pytest.raises(NotFound, match="there is no connection"):
        await memory.account.connection(CONNECTION)
    template = {"Resources": {"C": {"Type": "AWS::CodeConnections::Connection", "Properties": {"ConnectionName": "x"}}}}
    await made(memory.stacks, Stack(name="fairway-shop-pipeline", kind=Kind.PIPELINE, template=template))
    ((_, arn),) = (await memory.stacks.resources("fairway-shop-pipeline")).values()

    assert await memory.account.connection(arn) is Connection.PENDING


async def test_a_pipeline_is_started(session: Session) -> None:
    with Stubber(session.client("codepipeline")) as stub:
        stub.add_response("start_pipeline_execution", {"pipelineExecutionId": "5f0c"}, {"name": "fairway-shop"})

        assert await AwsPipeline(session).start("fairway-shop") == "5f0c"


async def test_a_pipeline_that_is_not_there_is_not_found(session: Session) -> None:
    with Stubber(session.client("codepipeline")) as stub:
        stub.add_client_error("start_pipeline_execution", "PipelineNotFoundException")

        with pytest.raises(NotFound, match="there is no pipeline"):
            await AwsPipeline(session).start("fairway-shop")


async def test_in_memory_a_pipeline_is_there_once_a_stack_has_made_it(memory: Cloud) -> None:
    with pytest.raises(NotFound, match="there is no pipeline"):
        await memory.pipeline.start("fairway-shop")
    pipeline = {"Type": "AWS::CodePipeline::Pipeline", "Properties": {"Name": "fairway-shop"}}
    stack = Stack(name="fairway-shop-pipeline", kind=Kind.PIPELINE, template={"Resources": {"Pipeline": pipeline}})
    await made(memory.stacks, stack)

    first, second = await memory.pipeline.start("fairway-shop"), await memory.pipeline.start("fairway-shop")

    assert first != second


async def test_a_rollback_is_told_from_what_a_push_began(session: Session) -> None:
    asked = {"pipelineName": "fairway-shop", "pipelineExecutionId": "11111111-2222-3333-4444-555555555555"}
    with Stubber(session.client("codepipeline")) as stub:
        for kind in ("ROLLBACK", "STANDARD"):
            stub.add_response("get_pipeline_execution", {"pipelineExecution": {"executionType": kind}}, asked)
        stub.add_client_error("get_pipeline_execution", "PipelineExecutionNotFoundException")
        stub.add_client_error("get_pipeline_execution", "PipelineNotFoundException")
        pipeline = AwsPipeline(session)

        found = [await pipeline.goes_back("fairway-shop", asked["pipelineExecutionId"]) for _ in range(2)]
        assert found == [True, False]
        for said in ("fairway-shop has no such execution", "there is no pipeline fairway-shop"):
            with pytest.raises(NotFound, match=said):
                await pipeline.goes_back("fairway-shop", asked["pipelineExecutionId"])


async def test_in_memory_a_rollback_is_what_was_put_there_as_one(memory: Cloud) -> None:
    with pytest.raises(NotFound, match="there is no pipeline"):
        await memory.pipeline.goes_back("fairway-shop", "x")
    pipeline = {"Type": "AWS::CodePipeline::Pipeline", "Properties": {"Name": "fairway-shop"}}
    stack = Stack(name="fairway-shop-pipeline", kind=Kind.PIPELINE, template={"Resources": {"Pipeline": pipeline}})
    await made(memory.stacks, stack)
    assert isinstance(memory.pipeline, MemoryPipeline)
    memory.pipeline.back.add(("fairway-shop", "back"))

    assert not await memory.pipeline.goes_back("fairway-shop", await memory.pipeline.start("fairway-shop"))
    assert await memory.pipeline.goes_back("fairway-shop", "back")
    with pytest.raises(NotFound, match="no such execution"):
        await memory.pipeline.goes_back("fairway-shop", "x")


async def test_how_the_newest_execution_stands_is_told(session: Session) -> None:
    asked = {"pipelineName": "fairway-shop", "maxResults": 1}
    with Stubber(session.client("codepipeline")) as stub:
        stub.add_response("list_pipeline_executions", {"pipelineExecutionSummaries": []}, asked)
        stub.add_response("list_pipeline_executions", {"pipelineExecutionSummaries": [{"status": "InProgress"}]}, asked)
        stub.add_client_error("list_pipeline_executions", "PipelineNotFoundException")
        pipeline = AwsPipeline(session)

        assert await pipeline.latest("fairway-shop") is None
        assert await pipeline.latest("fairway-shop") == "InProgress"
        with pytest.raises(NotFound):
            await pipeline.latest("fairway-shop")
