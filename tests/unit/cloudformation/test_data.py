"""Variables and databases: what is kept, who gets to it, and that no password stands anywhere."""

import json
from typing import Any

import pytest

from fairway.cloudformation import wires
from fairway.cloudformation.data import stack as data
from fairway.cloudformation.roles import services_role
from fairway.domain.address import Engine
from fairway.domain.app import App
from fairway.domain.aws.wanted import Hosting, Rds
from fairway.domain.managed import Managed
from fairway.errors import UsageError
from support import aws_apps


def template(app: App) -> dict[str, Any]:
    made: dict[str, Any] = data.make(app, app.environments[0]).to_dict()
    return made


def with_database(*, protected: bool = False, **rds: Any) -> App:
    return aws_apps.make_app(
        aws_apps.make_environment(databases=(Managed(name="main"),)),
        hosting={"production": Hosting(databases={"main": Rds(**rds)}, protected=protected)},
    )


def instance(app: App) -> dict[str, Any]:
    found: dict[str, Any] = template(app)["Resources"][wires.database("main")]
    return found


def test_an_app_without_databases_has_its_variables_alone() -> None:
    made = template(aws_apps.minimal())

    assert {name for name in made["Resources"] if not name.startswith(services_role.ROLE)} == {"Configuration"}
    assert "Parameters" not in made


def test_no_update_of_the_stack_can_overwrite_variables() -> None:
    secret = template(aws_apps.minimal())["Resources"]["Configuration"]["Properties"]

    assert secret["Name"] == "fairway/shop-api/production"
    assert not {"SecretString", "GenerateSecretString"} & set(secret)


@pytest.mark.parametrize(("protected", "fate"), [(True, "RetainExceptOnCreate"), (False, "Delete")])
def test_secrets_outlive_the_stack_of_a_protected_environment(protected: bool, fate: str) -> None:
    resources = template(with_database(protected=protected))["Resources"]

    secrets = [each for each in resources.values() if each["Type"] == "AWS::SecretsManager::Secret"]
    assert len(secrets) == 3
    assert {each["DeletionPolicy"] for each in secrets} == {fate}
    assert {each["UpdateReplacePolicy"] for each in secrets} == {"Retain"}


def test_a_database_is_encrypted_private_and_leaves_a_snapshot() -> None:
    found = instance(with_database())

    assert (found["DeletionPolicy"], found["UpdateReplacePolicy"]) == ("Snapshot", "Snapshot")
    assert found["Properties"]["StorageEncrypted"] is True
    assert found["Properties"]["PubliclyAccessible"] is False
    assert found["Properties"]["DeletionProtection"] is False


def test_a_database_of_a_protected_environment_can_not_be_deleted() -> None:
    assert instance(with_database(protected=True))["Properties"]["DeletionProtection"] is True


def test_a_database_is_as_large_as_asked() -> None:
    app = with_database(size="db.m7g.large", storage=100, multi_zone=True, retention=30)

    properties = instance(app)["Properties"]

    assert properties["DBInstanceClass"] == "db.m7g.large"
    assert properties["AllocatedStorage"] == "100"
    assert properties["MultiAZ"] is True
    assert properties["BackupRetentionPeriod"] == 30


def test_only_clients_reach_the_databases() -> None:
    resources = template(with_database())["Resources"]

    assert resources[wires.database("main")]["Properties"]["VPCSecurityGroups"] == [{"Ref": "DatabaseGroup"}]
    assert "SecurityGroupIngress" not in resources["DatabaseGroup"]["Properties"]
    entering = [each for each in resources.values() if each["Type"] == "AWS::EC2::SecurityGroupIngress"]
    assert [each["Properties"]["SourceSecurityGroupId"] for each in entering] == [{"Ref": wires.DATABASE_CLIENTS}]
    assert entering[0]["Properties"]["ToPort"] == 5432


def test_whoever_comes_without_tls_is_refused() -> None:
    resources = template(with_database())["Resources"]

    assert resources["ParametersMain"]["Properties"]["Parameters"] == {"rds.force_ssl": "1"}
    assert resources["ParametersMain"]["Properties"]["Family"] == "postgres17"


def test_passwords_stand_in_secrets_alone() -> None:
    made = template(with_database())

    assert instance(with_database())["Properties"]["MasterUserPassword"] == {
        "Fn::Sub": "{{resolve:secretsmanager:${PasswordMain}:SecretString:password}}"
    }
    assert "resolve" not in json.dumps([made["Outputs"], made["Parameters"]])


def test_a_password_needs_no_escaping_in_a_url() -> None:
    generated = template(with_database())["Resources"]["PasswordMain"]["Properties"]["GenerateSecretString"]

    assert generated["ExcludePunctuation"] is True
    assert not generated.get("IncludeSpace")


def test_the_url_is_a_secret_of_its_own() -> None:
    made = template(with_database())

    secret = made["Resources"][wires.url_secret("main")]["Properties"]
    assert secret["SecretString"] == {
        "Fn::Sub": "postgres://app:{{resolve:secretsmanager:${PasswordMain}:SecretString:password}}"
        "@${PostgresMain.Endpoint.Address}:5432/app"
    }
    assert made["Outputs"][wires.url_secret("main")]["Value"] == {"Ref": wires.url_secret("main")}


def test_a_database_may_be_called_as_anything_else_in_the_stack_is() -> None:
    names = ("clients", "group", "subnets", "main", "main2", "main-2")
    databases = tuple(Managed(name=name, variable=f"URL_{place}") for place, name in enumerate(names))

    made = template(aws_apps.make_app(aws_apps.make_environment(databases=databases)))

    instances = [each for each in made["Resources"].values() if each["Type"] == "AWS::RDS::DBInstance"]
    assert len(instances) == len(names)


def test_a_file_is_no_database_on_aws() -> None:
    app = aws_apps.make_app(
        aws_apps.make_environment(databases=(Managed(name="main", engine=Engine.SQLITE, variable="DB"),))
    )

    with pytest.raises(UsageError, match="main of production can't run on AWS"):
        template(app)
