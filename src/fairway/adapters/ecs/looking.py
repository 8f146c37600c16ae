"""Looking at ECS with few calls: whole batches, and nothing twice that can't change.

A look at a cluster is one ListServices for each 100 services, one DescribeServices for each 10, two ListTasks for each
100 tasks and one DescribeTasks for each 100. Beside that, once: the tags of each task definition's revision, an ended
task, and what a service's latest deployment came to.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any, TypeVar

from fairway.adapters.aws.refusals import Refused
from fairway.adapters.aws.session import Session
from fairway.adapters.ecs import naming, reading, registered
from fairway.adapters.ecs.naming import Tags
from fairway.domain.ids import DeploymentId
from fairway.domain.observed import Task
from fairway.domain.rolled import ObservedService

SERVICES, TASKS = 10, 100
"""How many one call describes at most."""
RECENT = 5
"""How many of a service's latest deployments are looked at."""
GONE_BACK = ("ROLLBACK_REQUESTED", "ROLLBACK_IN_PROGRESS", "ROLLBACK_SUCCESSFUL", "ROLLBACK_FAILED")
DENIED = ("AccessDeniedException", "UnsupportedFeatureException")
"""Why an account or a role has no service deployments to tell of; what a service itself says is enough then."""

T = TypeVar("T")


class Looking:
    """Of one Fairway server, by its `instance`."""

    def __init__(self, session: Session, instance: str) -> None:
        self._session = session
        self._instance = instance
        self._tags: dict[str, Tags] = {}
        self._ended: dict[str, Mapping[str, Any]] = {}
        self._looked: dict[str, tuple[Any, ...]] = {}
        self._given_up: dict[str, dict[DeploymentId, str]] = {}
        self._given: dict[str, tuple[DeploymentId, Any]] = {}
        self._untold = False

    async def services(self, cluster: str) -> Sequence[ObservedService]:
        """Every service of this server in the cluster that is not yet gone."""
        names = await self._session.items("ecs", "ListServices", "serviceArns", cluster=cluster, maxResults=100)
        found = [arn for arn in names if arn.rpartition("/")[2].startswith(naming.PREFIX)]
        described = [each for each in await self.describe(cluster, found) if self.is_own(each)]
        return [await self.read(cluster, each) for each in described if each.get("status") != "INACTIVE"]

    async def describe(self, cluster: str, services: Sequence[str]) -> Sequence[Mapping[str, Any]]:
        """Services by name or ARN, those that do not exist left out."""
        found: list[Mapping[str, Any]] = []
        for batch in batches(services, SERVICES):
            answer = await self._session.call(
                "ecs", "DescribeServices", cluster=cluster, services=batch, include=["TAGS"]
            )
            found += answer["services"]
        return found

    async def glance(self, service: Mapping[str, Any]) -> ObservedService:
        """A described service of this server, as far as its description goes."""
        definitions = {each["taskDefinition"] for each in service.get("deployments", ())} | {service["taskDefinition"]}
        tags = {arn: await self.tags(arn) for arn in sorted(definitions)}
        known = self._given_up.setdefault(service["serviceArn"], {})
        known |= reading.failures(service.get("deployments", ()), tags.__getitem__)
        return reading.read_service(service, tags.__getitem__, known)

    async def read(self, cluster: str, service: Mapping[str, Any]) -> ObservedService:
        """The same, with what is known beside of the deployments that failed."""
        seen = await self.glance(service)
        known = self._given_up[service["serviceArn"]]
        known |= await self._gone_back(cluster, service, seen)
        return replace(seen, given_up={**seen.given_up, **known})

    def remember(self, service: Mapping[str, Any], deployment: DeploymentId) -> None:
        """A described service is about to be given that deployment."""
        self._given[service["serviceArn"]] = deployment, primary_of(service).get("updatedAt")

    async def tasks(self, cluster: str) -> Sequence[Task]:
        """The tasks of this server's services in the cluster, without those that ECS ended because it was to."""
        described = await self.task_descriptions(cluster)
        read = []
        for each in described:
            if not each.get("group", "").startswith(f"service:{naming.PREFIX}"):
                continue
            tags = await self.tags(each["taskDefinitionArn"])
            if tags.get(naming.INSTANCE) == self._instance and naming.SERVICE in tags:
                read.append(reading.read_task(each, tags))
        return [task for task in read if task is not None]

    async def task_descriptions(self, cluster: str) -> Sequence[Mapping[str, Any]]:
        """Every task in the cluster, the ended ones as long as ECS remembers them (an hour at least)."""
        arns: list[str] = []
        for status in ("RUNNING", "STOPPED"):
            arns += await self._session.items("ecs", "ListTasks", "taskArns", cluster=cluster, desiredStatus=status)
        arns = list(dict.fromkeys(arns))
        self._ended = {arn: each for arn, each in self._ended.items() if arn in arns}
        for batch in batches([arn for arn in arns if arn not in self._ended], TASKS):
            answer = await self._session.call("ecs", "DescribeTasks", cluster=cluster, tasks=batch)
            self._ended.update({each["taskArn"]: each for each in answer["tasks"]})
        found = [self._ended[arn] for arn in arns if arn in self._ended]
        self._ended = {each["taskArn"]: each for each in found if each.get("lastStatus") == "STOPPED"}
        return found

    async def tags(self, definition: str) -> Tags:
        """The tags of a task definition's revision, which never changes; none of one that is not there."""
        if definition not in self._tags:
            found = await registered.find(self._session, definition)
            if found is None:
                return {}
            self.learn(found.arn, found.tags)
            self._tags.setdefault(definition, found.tags)
        return self._tags[definition]

    def learn(self, definition: str, tags: Tags) -> None:
        """Know a revision that was registered a moment ago."""
        self._tags[definition] = tags

    def known(self, content: str) -> str | None:
        """The revision with that content, if it was seen."""
        return next((arn for arn, tags in self._tags.items() if tags.get(naming.CONTENT) == content), None)

    def is_own(self, service: Mapping[str, Any]) -> bool:
        """Whether a described service is this server's."""
        return naming.read(service.get("tags", ())).get(naming.INSTANCE) == self._instance

    async def _gone_back(
        self, cluster: str, service: Mapping[str, Any], seen: ObservedService
    ) -> Mapping[DeploymentId, str]:
        """The deployments from which ECS went back by itself, with why: in what a service says of itself one is gone
        once its tasks are. Asked for when the primary deployment has changed since the last look."""
        arn, primary = service["serviceArn"], primary_of(service)
        state = primary.get("id"), primary.get("rolloutState"), primary.get("updatedAt")
        if self._looked.get(arn) == state:
            return {}
        found = await self._service_deployments(cluster, arn)
        self._looked[arn] = state
        return self._infer(service, seen) if found is None else found

    async def _service_deployments(self, cluster: str, service: str) -> Mapping[DeploymentId, str] | None:
        """Those of the latest ones that were rolled back; None where that can't be asked for."""
        if self._untold:
            return None
        try:
            answer = await self._session.call(
                "ecs", "ListServiceDeployments", cluster=cluster, service=service, maxResults=RECENT, known=DENIED
            )
        except Refused:
            self._untold = True
            return None
        back = [each for each in answer["serviceDeployments"] if each.get("status") in GONE_BACK]
        revisions = [each["targetServiceRevisionArn"] for each in back if each.get("targetServiceRevisionArn")]
        definitions = await self._definitions(revisions)
        found = {}
        for each in back:
            definition = definitions.get(each.get("targetServiceRevisionArn", ""))
            deployment = naming.stand(await self.tags(definition))[1] if definition else DeploymentId(0)
            if deployment:
                found[deployment] = each.get("statusReason") or "ECS went back to the deployment before"
        return found

    def _infer(self, service: Mapping[str, Any], seen: ObservedService) -> Mapping[DeploymentId, str]:
        """What was given last and is not there, though the service has changed since, was given up."""
        given, before = self._given.get(service["serviceArn"], (seen.deployment, None))
        if given == seen.deployment or primary_of(service).get("updatedAt") == before:
            return {}
        return {given: f"ECS went back to deployment {seen.deployment} by itself"}

    async def _definitions(self, revisions: Sequence[str]) -> Mapping[str, str]:
        """The task definition of each service revision."""
        if not revisions:
            return {}
        answer = await self._session.call("ecs", "DescribeServiceRevisions", serviceRevisionArns=list(revisions))
        return {each["serviceRevisionArn"]: each["taskDefinition"] for each in answer["serviceRevisions"]}


def primary_of(service: Mapping[str, Any]) -> Mapping[str, Any]:
    """The deployment that the described service works towards."""
    return next((each for each in service.get("deployments", ()) if each.get("status") == "PRIMARY"), {})


def batches(items: Iterable[T], most: int) -> Iterable[list[T]]:
    """The items in groups of at most so many."""
    every = list(items)
    return [every[place : place + most] for place in range(0, len(every), most)]
