"""`ports.snapshots.Snapshots` over RDS.

What is made has its tags from the beginning: a build that dies between a call and its answer leaves nothing that the
next one does not find. A call that the SDK repeats finds its own work there the second time, and that is an answer too.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from fairway.adapters.aws.refusals import Refused
from fairway.adapters.aws.session import Session
from fairway.domain.aws import names
from fairway.domain.aws.copies import Instance, Snapshot, Wanted
from fairway.domain.aws.stack import APP_TAG, ENVIRONMENT_TAG
from fairway.domain.ids import AppName, EnvironmentName

GIB = 1024**3
"""RDS counts storage in these."""
NO_INSTANCE, NO_SNAPSHOT = "DBInstanceNotFound", "DBSnapshotNotFound"
BUSY, UNREADY = "InvalidDBInstanceState", "InvalidDBSnapshotState"
SNAPSHOT_THERE, INSTANCE_THERE = "DBSnapshotAlreadyExists", "DBInstanceAlreadyExists"
MANUAL = "manual"


class AwsSnapshots:
    """Of one environment, in the session's account and region."""

    def __init__(self, session: Session, *, app: AppName, environment: EnvironmentName) -> None:
        self._session = session
        self._prefix = f"{names.copies(app, environment)}-"
        self._tags = {APP_TAG: app, ENVIRONMENT_TAG: environment}

    async def instance(self, name: str) -> Instance | None:
        """See ports.snapshots.Snapshots."""
        try:
            answer = await self._session.call(
                "rds", "DescribeDBInstances", known=[NO_INSTANCE], DBInstanceIdentifier=name
            )
        except Refused:
            return None
        return read_instance(answer["DBInstances"][0])

    async def snapshot(self, name: str) -> Snapshot | None:
        """See ports.snapshots.Snapshots."""
        try:
            answer = await self._session.call(
                "rds", "DescribeDBSnapshots", known=[NO_SNAPSHOT], DBSnapshotIdentifier=name
            )
        except Refused:
            return None
        return next((read_snapshot(each) for each in answer["DBSnapshots"]), None)

    async def take(self, name: str, source: str) -> bool:
        """See ports.snapshots.Snapshots."""
        return await self._begin(
            "CreateDBSnapshot",
            there=SNAPSHOT_THERE,
            not_now=BUSY,
            DBSnapshotIdentifier=name,
            DBInstanceIdentifier=source,
            Tags=self._as_tags(),
        )

    async def restore(self, wanted: Wanted) -> bool:
        """See ports.snapshots.Snapshots."""
        return await self._begin(
            "RestoreDBInstanceFromDBSnapshot",
            there=INSTANCE_THERE,
            not_now=UNREADY,
            DBInstanceIdentifier=wanted.name,
            DBSnapshotIdentifier=wanted.snapshot,
            DBInstanceClass=wanted.like.size,
            DBSubnetGroupName=wanted.like.subnets,
            DBParameterGroupName=wanted.like.parameters,
            VpcSecurityGroupIds=[wanted.group],
            MultiAZ=False,
            PubliclyAccessible=False,
            DeletionProtection=False,
            AutoMinorVersionUpgrade=False,
            BackupRetentionPeriod=0,
            CopyTagsToSnapshot=False,
            Tags=self._as_tags(),
        )

    async def remove_instance(self, name: str) -> bool:
        """See ports.snapshots.Snapshots."""
        found = await self.instance(name)
        if found is None or found.status == "deleting":
            return True
        return await self._begin(
            "DeleteDBInstance",
            there=NO_INSTANCE,
            not_now=BUSY,
            DBInstanceIdentifier=name,
            SkipFinalSnapshot=True,
            DeleteAutomatedBackups=True,
        )

    async def remove_snapshot(self, name: str) -> bool:
        """See ports.snapshots.Snapshots."""
        return await self._begin("DeleteDBSnapshot", there=NO_SNAPSHOT, not_now=UNREADY, DBSnapshotIdentifier=name)

    async def snapshots(self) -> Sequence[Snapshot]:
        """See ports.snapshots.Snapshots."""
        found = await self._session.items("rds", "DescribeDBSnapshots", "DBSnapshots", SnapshotType=MANUAL)
        return [read_snapshot(each) for each in found if self._is_own(each["DBSnapshotIdentifier"], each)]

    async def instances(self) -> Sequence[Instance]:
        """See ports.snapshots.Snapshots."""
        found = await self._session.items("rds", "DescribeDBInstances", "DBInstances")
        return [read_instance(each) for each in found if self._is_own(each["DBInstanceIdentifier"], each)]

    async def _begin(self, operation: str, *, there: str, not_now: str, **parameters: Any) -> bool:
        """Whether it is begun, or was before: RDS says `there` then."""
        try:
            await self._session.call("rds", operation, known=[there, not_now], **parameters)
        except Refused as refused:
            return refused.code == there
        return True

    def _as_tags(self) -> list[Mapping[str, str]]:
        return [{"Key": key, "Value": value} for key, value in self._tags.items()]

    def _is_own(self, name: str, found: Mapping[str, Any]) -> bool:
        """By the name and the tags: the real instance has the same tags, from its stack."""
        tags = {each["Key"]: each["Value"] for each in found.get("TagList", ())}
        return name.startswith(self._prefix) and self._tags.items() <= tags.items()


def read_snapshot(found: Mapping[str, Any]) -> Snapshot:
    """From RDS's answer."""
    begun = found.get("SnapshotCreateTime")
    return Snapshot(
        name=found["DBSnapshotIdentifier"],
        status=found["Status"],
        percent=found.get("PercentProgress", 0),
        at=begun.timestamp() if begun is not None else None,
        bytes=found.get("AllocatedStorage", 0) * GIB,
    )


def read_instance(found: Mapping[str, Any]) -> Instance:
    """From RDS's answer, in which one that is being created lacks most things."""
    endpoint = found.get("Endpoint") or {}
    groups = found.get("DBParameterGroups") or [{}]
    return Instance(
        name=found["DBInstanceIdentifier"],
        status=found["DBInstanceStatus"],
        host=endpoint.get("Address", ""),
        port=endpoint.get("Port", 0),
        size=found["DBInstanceClass"],
        subnets=(found.get("DBSubnetGroup") or {}).get("DBSubnetGroupName", ""),
        parameters=groups[0].get("DBParameterGroupName", ""),
        cluster=found.get("DBClusterIdentifier", ""),
    )
