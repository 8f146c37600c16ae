"""Stacks by CloudFormation's change sets.

Each call asks for the stack's state first and refuses what it does not allow (`domain.aws.states`); CloudFormation's
own refusal, when the state has changed in between, comes out as the same Conflict.
"""

import json
import re
from collections.abc import Mapping, Sequence
from typing import Any

from fairway.adapters.aws import changesets, described, drift, uploads
from fairway.adapters.aws.refusals import Refused
from fairway.adapters.aws.session import Session
from fairway.domain.aws import names, states, templates
from fairway.domain.aws.seen import Drifted
from fairway.domain.aws.stack import APP_TAG, ChangeSet, Kind, SeenStack, Stack, StackEvent
from fairway.errors import Conflict, FairwayError
from fairway.ports.clock import Clock

CLOUDFORMATION = "cloudformation"
INVALID = ("ValidationError",)
"""What CloudFormation calls nearly everything: a stack that is not there, one in the wrong state, a wrong template."""
NO_STACK = re.compile(r"^Stack \S.* does not exist$|^Stack with id \S+ does not exist")
NOT_CANCELLED = re.compile(r"CancelUpdateStack cannot be called from current stack status")
IN_STATE = re.compile(r"is in (?P<status>[A-Z_]+) state and can ?not be")


class AwsStacks:
    """`ports.stacks.Stacks`, of the session's account and region."""

    def __init__(self, session: Session, clock: Clock) -> None:
        self._session = session
        self._clock = clock

    async def find(self, name: str) -> SeenStack | None:
        """By DescribeStacks."""
        try:
            answer = await self._session.call(CLOUDFORMATION, "DescribeStacks", known=INVALID, StackName=name)
        except Refused as refused:
            if NO_STACK.search(refused.message):
                return None
            raise refused.otherwise from refused
        seen = described.stack(answer["Stacks"][0])
        return None if seen.status == "DELETE_COMPLETE" else seen

    async def of_app(self, app: str) -> Sequence[SeenStack]:
        """Among all the account has in the region: CloudFormation does not look for tags."""
        stacks = await self._session.items(CLOUDFORMATION, "DescribeStacks", "Stacks")
        seen = [described.stack(each) for each in stacks]
        return sorted((each for each in seen if each.tags.get(APP_TAG) == app), key=lambda each: each.name)

    async def template(self, name: str) -> Mapping[str, Any]:
        """By GetTemplate, which tells of Fairway's own, for they are JSON. Raises Conflict for one in YAML."""
        answer = await self._told(name, "GetTemplate", StackName=name, TemplateStage="Original")
        template = answer.get("TemplateBody")
        if isinstance(template, str):  # boto3 reads JSON by itself, but gives what it can't read as it came
            try:
                template = json.loads(template)
            except ValueError:
                template = None
        if not isinstance(template, Mapping):
            raise Conflict(
                f"the template of stack {name} is not Fairway's",
                why="it is not JSON: somebody else has changed the stack",
                hint=f"look at it: aws cloudformation get-template --stack-name {name}",
            )
        return template

    async def propose(self, stack: Stack, parameters: Mapping[str, str], *, role: str | None = None) -> ChangeSet:
        """By a change set, of type CREATE for a stack that is not there yet."""
        templates.require_sendable([stack])
        now = await self.find(stack.name)
        if now is not None:
            if refusal := states.why_not_changed(now):
                raise refusal
            await changesets.remove_stale(self._session, self._clock, stack.name)
        creates = now is None or now.status == states.PROPOSED
        url = await self._uploaded(stack) if templates.large(stack) else None
        try:
            id = await changesets.create(
                self._session, stack, parameters, now=None if creates else now, role=role, url=url
            )
        except Refused as refused:
            raise told(refused, stack.name) from refused
        if id is None:
            return ChangeSet(stack=stack.name)
        description = await changesets.computed(self._session, self._clock, id)
        proposed = ChangeSet(stack=stack.name, id=id, creates=creates)
        try:
            changes = changesets.read(stack.name, description, creates=creates)
        except FairwayError:
            await self.discard(proposed)
            raise
        if changes.empty:
            await self.discard(proposed)
        return changes

    async def discard(self, changes: ChangeSet) -> None:
        """Delete the change set; and the stack, when it stands in REVIEW_IN_PROGRESS and nobody else proposes one."""
        if not changes.id:
            return
        await changesets.remove(self._session, changes.id)
        if not changes.creates:
            return
        seen = await self.find(changes.stack)
        if seen is None or seen.status != states.PROPOSED:
            return
        others = await changesets.of_stack(self._session, changes.stack)
        if not any(each["ChangeSetId"] != changes.id for each in others):
            await self._session.call(CLOUDFORMATION, "DeleteStack", StackName=seen.id)

    async def execute(self, changes: ChangeSet) -> None:
        """By ExecuteChangeSet; that it was executed already is seen by its own status."""
        if changes.empty:
            return
        known = (*changesets.MISSING, *changesets.WRONG_STATUS, *INVALID, "TokenAlreadyExistsException")
        try:
            await self._session.call(
                CLOUDFORMATION,
                "ExecuteChangeSet",
                known=known,
                ChangeSetName=changes.id,
                ClientRequestToken=changes.id.rpartition("/")[2],
            )
        except Refused as refused:
            if refused.code == "TokenAlreadyExistsException":
                return
            if refused.code in changesets.MISSING:
                raise states.gone(changes) from refused
            if refused.code in INVALID:
                raise told(refused, changes.stack) from refused
            if not await self._executed(changes):
                raise states.gone(changes) from refused

    async def events(self, name: str, after: str = "") -> Sequence[StackEvent]:
        """By DescribeStackEvents, whose newest come first: only as many pages as are needed."""
        found: list[StackEvent] = []
        pages = self._session.pages(CLOUDFORMATION, "DescribeStackEvents", known=INVALID, StackName=name)
        try:
            async for page in pages:
                for each in page.get("StackEvents", ()):
                    if each["EventId"] == after:
                        return found[::-1]
                    found.append(described.event(each))
        except Refused as refused:
            raise told(refused, name) from refused
        return found[::-1]

    async def protect(self, name: str, *, on: bool) -> None:
        """By UpdateTerminationProtection."""
        await self._told(name, "UpdateTerminationProtection", StackName=name, EnableTerminationProtection=on)

    async def delete(self, name: str, *, keep: Sequence[str] = ()) -> None:
        """By DeleteStack."""
        seen = await self.find(name)
        if seen is None:
            return
        if refusal := states.why_not_deleted(seen, keeps=bool(keep)):
            raise refusal
        if not seen.moving:
            kept = {"RetainResources": list(keep)} if keep else {}
            await self._told(name, "DeleteStack", StackName=seen.id, **kept)

    async def cancel(self, name: str) -> None:
        """By CancelUpdateStack."""
        seen = await self.find(name)
        if seen is None or seen.status != states.UPDATING:
            return
        try:
            await self._session.call(CLOUDFORMATION, "CancelUpdateStack", known=INVALID, StackName=seen.id)
        except Refused as refused:
            # It came to its end between the look and the call.
            if not NOT_CANCELLED.search(refused.message):
                raise told(refused, name) from refused

    async def recover(self, name: str, *, skip: Sequence[str] = ()) -> None:
        """By ContinueUpdateRollback."""
        seen = await self.find(name)
        if seen is None:
            raise states.no_stack(name)
        if refusal := states.why_not_recovered(seen):
            raise refusal
        skipped = {"ResourcesToSkip": list(skip)} if skip else {}
        await self._told(name, "ContinueUpdateRollback", StackName=seen.id, **skipped)

    async def resources(self, name: str) -> Mapping[str, tuple[str, str]]:
        """By ListStackResources, without those that are gone."""
        try:
            listed = await self._session.items(
                CLOUDFORMATION, "ListStackResources", "StackResourceSummaries", known=INVALID, StackName=name
            )
        except Refused as refused:
            raise told(refused, name) from refused
        return {
            each["LogicalResourceId"]: (each["ResourceType"], each.get("PhysicalResourceId") or "")
            for each in listed
            if each["LogicalResourceId"] and each["ResourceStatus"] != "DELETE_COMPLETE"
        }

    async def drift(self, name: str) -> Sequence[Drifted]:
        """By DetectStackDrift, waited for."""
        return await drift.detect(self._session, self._clock, name)

    async def _told(self, name: str, operation: str, **parameters: Any) -> dict[str, Any]:
        try:
            return await self._session.call(CLOUDFORMATION, operation, known=INVALID, **parameters)
        except Refused as refused:
            raise told(refused, name) from refused

    async def _uploaded(self, stack: Stack) -> str:
        registry = await self.find(names.stack(stack.tags.get(APP_TAG, ""), Kind.REGISTRY))
        return await uploads.put(self._session, stack, templates.bucket_for(stack, registry))

    async def _executed(self, changes: ChangeSet) -> bool:
        try:
            answer = await self._session.call(
                CLOUDFORMATION, "DescribeChangeSet", known=changesets.MISSING, ChangeSetName=changes.id
            )
        except Refused:
            return False
        return str(answer.get("ExecutionStatus", "")).startswith("EXECUTE_")


def told(refused: Refused, name: str) -> FairwayError:
    """What CloudFormation's ValidationError is about: no such stack, its state, or what was sent."""
    if NO_STACK.search(refused.message):
        return states.no_stack(name)
    if match := IN_STATE.search(refused.message):
        stack = SeenStack(name=name, id="", status=match["status"])
        return states.why_not_changed(stack) or states.busy(stack)
    return refused.otherwise
