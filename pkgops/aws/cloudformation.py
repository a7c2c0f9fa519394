"""How does the tool speak to CloudFormation? The `Stacks` port on botocore."""

from __future__ import annotations

import contextlib
import json
import time
from collections.abc import Iterator, Sequence
from typing import Any

from pkgops.aws.client import Clients, translated
from pkgops.errors import DeployError
from pkgops.ports.stacks import ChangeSet, ChangeSetRequest, ResourceChange, StackEvent, StackResource, StackState

_REFUSALS = {
    "AlreadyExistsException",
    "ChangeSetNotFound",
    "InsufficientCapabilitiesException",
    "InvalidChangeSetStatus",
    "LimitExceededException",
    "OperationInProgressException",
    "ValidationError",
}
_STACK = "AWS::CloudFormation::Stack"
_GONE = "Somebody else has changed the stack meanwhile, or deleted the change set. Deploy again."
_STILL_OPEN = {"AVAILABLE", "EXECUTE_IN_PROGRESS"}
CAPABILITIES = ["CAPABILITY_IAM", "CAPABILITY_NAMED_IAM", "CAPABILITY_AUTO_EXPAND"]


class CloudFormation:
    """`pkgops.ports.stacks.Stacks` for one stage."""

    def __init__(self, clients: Clients) -> None:
        self._clients = clients

    @property
    def _client(self) -> Any:
        return self._clients.get("cloudformation")

    def describe(self) -> list[StackState]:
        """See `pkgops.ports.stacks.Stacks.describe`."""
        with translated("cloudformation:DescribeStacks"):
            return [_state(row) for page in self._pages("describe_stacks") for row in page["Stacks"]]

    def template(self, stack: str) -> str:
        """See `pkgops.ports.stacks.Stacks.template`."""
        from botocore.exceptions import ClientError

        with translated("cloudformation:GetTemplate"):
            try:
                body = self._client.get_template(StackName=stack, TemplateStage="Original")["TemplateBody"]
            except ClientError as error:
                if _absent(error):
                    return ""
                raise
        return _body(body)

    def change_set_templates(self, stack: str) -> list[str]:
        """See `pkgops.ports.stacks.Stacks.change_set_templates`."""
        from botocore.exceptions import ClientError

        with translated("cloudformation:ListChangeSets"):
            try:
                found = [row for page in self._pages("list_change_sets", StackName=stack) for row in page["Summaries"]]
                waiting = [row["ChangeSetId"] for row in found if row.get("ExecutionStatus") in _STILL_OPEN]
                call = self._client.get_template
                return [_body(call(ChangeSetName=one, TemplateStage="Original")["TemplateBody"]) for one in waiting]
            except ClientError as error:
                if _absent(error):  # carried out or deleted in between
                    return []
                raise

    def create_change_set(self, request: ChangeSetRequest) -> str:
        """See `pkgops.ports.stacks.Stacks.create_change_set`."""
        arguments: dict[str, Any] = {
            "StackName": request.stack,
            "ChangeSetName": f"pkgops-{time.time_ns():x}",
            "ChangeSetType": "CREATE" if request.create else "UPDATE",
            "Capabilities": CAPABILITIES,
            "Parameters": [
                {"ParameterKey": key, "ParameterValue": value} for key, value in sorted(request.parameters.items())
            ],
            "Tags": [{"Key": key, "Value": value} for key, value in sorted(request.tags.items())],
        }
        if request.description:
            arguments["Description"] = request.description
        if request.imports:
            arguments |= {"ChangeSetType": "IMPORT", "ResourcesToImport": _imported(request)}
        elif request.create:  # what an earlier life of the stack has retained is taken back, not collided with
            arguments["ImportExistingResources"] = True
        if request.revert_drift:
            arguments["DeploymentMode"] = "REVERT_DRIFT"
        elif request.express:
            arguments["DeploymentConfig"] = {"Mode": "EXPRESS"}
        arguments |= {"TemplateURL": request.url} if request.url else {"TemplateBody": request.body}
        try:
            return str(self._call("create_change_set", request.stack, **arguments)["Id"])
        except DeployError as error:
            if "AlreadyExists" not in str(error.__cause__):
                raise
        # The name is this call's own: it was made, and only the answer was lost.
        named = {"StackName": request.stack, "ChangeSetName": arguments["ChangeSetName"]}
        return str(self._call("describe_change_set", request.stack, **named)["ChangeSetId"])

    def change_set(self, change_set_id: str) -> ChangeSet:
        """See `pkgops.ports.stacks.Stacks.change_set`."""
        from botocore.exceptions import ClientError

        named = {"ChangeSetName": change_set_id}
        with translated("cloudformation:DescribeChangeSet"):
            try:
                pages = list(self._pages("describe_change_set", **named))
                first = pages[0]
                values: list[dict[str, Any]] = []
                if first.get("DeploymentMode") and first["Status"] == "CREATE_COMPLETE":
                    values = list(self._pages("describe_change_set", **named, IncludePropertyValues=True))
            except ClientError as error:
                if _absent(error):
                    raise DeployError(f"A change set is gone: {change_set_id}.", _GONE) from error
                raise
        return ChangeSet(
            id=change_set_id,
            stack=first["StackName"],
            status=first["Status"],
            reason=first.get("StatusReason", ""),
            changes=tuple(_change(row["ResourceChange"]) for page in pages for row in page.get("Changes", [])),
            present=dict(_present(row["ResourceChange"]) for page in values for row in page.get("Changes", [])),
        )

    def execute(self, change_set_id: str) -> None:
        """See `pkgops.ports.stacks.Stacks.execute`. Told twice, because an answer was lost, it carries it out once."""
        try:
            self._call("execute_change_set", change_set_id, ChangeSetName=change_set_id)
        except DeployError:
            if not self._begun(change_set_id):
                raise

    def delete_change_set(self, change_set_id: str) -> None:
        """See `pkgops.ports.stacks.Stacks.delete_change_set`."""
        from botocore.exceptions import ClientError

        with translated("cloudformation:DeleteChangeSet"):
            try:
                stack = self._client.describe_change_set(ChangeSetName=change_set_id)["StackName"]
                self._client.delete_change_set(ChangeSetName=change_set_id)
                found = self._client.describe_stacks(StackName=stack)["Stacks"][0]
                if found["StackStatus"] == "REVIEW_IN_PROGRESS" and not self._waited_for(stack, change_set_id):
                    self._client.delete_stack(StackName=found["StackId"])
            except ClientError as error:
                if not _absent(error):
                    raise

    def _waited_for(self, stack: str, besides: str) -> bool:
        """True if the stack has other change sets: somebody else is about to make it."""
        pages = self._pages("list_change_sets", StackName=stack)
        return any(row["ChangeSetId"] != besides for page in pages for row in page["Summaries"])

    def delete(self, stack: str, retain: Sequence[str] = ()) -> None:
        """See `pkgops.ports.stacks.Stacks.delete`."""
        self._call("delete_stack", stack, StackName=stack, **({"RetainResources": list(retain)} if retain else {}))

    def resume_rollback(self, stack: str, skip: Sequence[str] = ()) -> None:
        """See `pkgops.ports.stacks.Stacks.resume_rollback`. Told twice, because an answer was lost, it goes on once."""
        token = f"pkgops-{time.time_ns():x}"
        extra = {"ResourcesToSkip": list(skip)} if skip else {}
        try:
            self._call("continue_update_rollback", stack, StackName=stack, ClientRequestToken=token, **extra)
        except DeployError:
            if not self._told(stack, token):
                raise

    def cancel_update(self, stack: str) -> None:
        """See `pkgops.ports.stacks.Stacks.cancel_update`."""
        self._call("cancel_update_stack", stack, StackName=stack)

    def set_termination_protection(self, stack: str, on: bool) -> None:
        """See `pkgops.ports.stacks.Stacks.set_termination_protection`."""
        self._call("update_termination_protection", stack, StackName=stack, EnableTerminationProtection=on)

    def set_policy(self, stack: str, policy: str) -> None:
        """See `pkgops.ports.stacks.Stacks.set_policy`."""
        self._call("set_stack_policy", stack, StackName=stack, StackPolicyBody=policy)

    def events(self, stack: str, until: str = "", since: str = "") -> list[StackEvent]:
        """See `pkgops.ports.stacks.Stacks.events`."""
        from botocore.exceptions import ClientError

        found: list[StackEvent] = []
        with translated("cloudformation:DescribeStackEvents"):
            try:
                for page in self._pages("describe_stack_events", StackName=stack):
                    for row in page["StackEvents"]:
                        event = _event(row)
                        if event.id == until or (since and event.time < since):
                            return found[::-1]
                        found.append(event)
            except ClientError as error:
                if not _absent(error):
                    raise
        return found[::-1]

    def failures(self, stack: str) -> list[StackEvent]:
        """See `pkgops.ports.stacks.Stacks.failures`. The stack's own events say where its newest operation begins; what
        validations and hooks refused stands in the operation's events alone."""
        newest: list[StackEvent] = []
        for event in reversed(self.events(stack)):
            newest.append(event)
            if _begins(stack, event):
                break
        begin = newest[-1].time if newest else ""
        told = [event for event in self._operation_failures(stack) if event.time >= begin]
        return told or [event for event in reversed(newest) if event.status.endswith("FAILED")]

    def resources(self, stack: str) -> list[StackResource]:
        """See `pkgops.ports.stacks.Stacks.resources`."""
        from botocore.exceptions import ClientError

        with translated("cloudformation:ListStackResources"):
            try:
                pages = list(self._pages("list_stack_resources", StackName=stack))
            except ClientError as error:
                if _absent(error):
                    return []
                raise
        return [_resource(row) for page in pages for row in page["StackResourceSummaries"]]

    def _operation_failures(self, stack: str) -> list[StackEvent]:
        from botocore.exceptions import ClientError

        rows: list[dict[str, Any]] = []
        with contextlib.suppress(ClientError, AttributeError), translated("cloudformation:DescribeEvents"):
            for page in self._pages("describe_events", StackName=stack, Filters={"FailedEvents": True}):
                rows += page.get("OperationEvents", [])  # older regions and SDKs do not have it
        events = [_operation_event(stack, row) for row in rows if row.get("LogicalResourceId")]
        return sorted(events, key=lambda event: event.time)

    def _begun(self, change_set_id: str) -> bool:
        with contextlib.suppress(DeployError):
            found = self._call("describe_change_set", change_set_id, ChangeSetName=change_set_id)
            return str(found.get("ExecutionStatus", "")).startswith("EXECUTE_")
        return False

    def _told(self, stack: str, token: str) -> bool:
        """True if the stack's newest events are of the call that carried ``token``."""
        with contextlib.suppress(DeployError):
            page = self._call("describe_stack_events", stack, StackName=stack)
            return any(row.get("ClientRequestToken") == token for row in page["StackEvents"])
        return False

    def _call(self, operation: str, stack: str, **arguments: Any) -> Any:
        """One call; what CloudFormation refuses is a `DeployError`."""
        from botocore.exceptions import ClientError

        with translated(f"cloudformation:{operation}"):
            try:
                return getattr(self._client, operation)(**arguments)
            except ClientError as error:
                raise _refused(stack, error) from error

    def _pages(self, operation: str, **arguments: Any) -> Iterator[dict[str, Any]]:
        call = getattr(self._client, operation)
        while True:
            page = call(**arguments)
            yield page
            if not page.get("NextToken"):
                return
            arguments["NextToken"] = page["NextToken"]


def _imported(request: ChangeSetRequest) -> list[dict[str, Any]]:
    return [
        {"LogicalResourceId": logical_id, "ResourceType": kind, "ResourceIdentifier": dict(identifier)}
        for logical_id, (kind, identifier) in sorted(request.imports.items())
    ]


def _begins(stack: str, event: StackEvent) -> bool:
    """True for the event an operation on the stack itself begins with, not one of a stack nested in it."""
    own = event.physical_id == stack or f":stack/{stack}/" in event.physical_id
    begun = event.status in {"CREATE_IN_PROGRESS", "UPDATE_IN_PROGRESS", "DELETE_IN_PROGRESS", "IMPORT_IN_PROGRESS"}
    return event.type == _STACK and own and (begun or event.reason == "User Initiated")


def _body(body: Any) -> str:
    return body if isinstance(body, str) else json.dumps(body, sort_keys=True)


def _absent(error: Any) -> bool:
    code = error.response.get("Error", {}).get("Code", "")
    return code in {"ChangeSetNotFound", "StackNotFoundException"} or "does not exist" in str(error)


def _refused(stack: str, error: Any) -> Exception:
    """A refusal by CloudFormation itself, or the error unchanged when it is about access."""
    detail = error.response.get("Error", {})
    if detail.get("Code") in _REFUSALS:
        return DeployError(f"CloudFormation refuses stack {stack}: {detail.get('Message', '')[:2000]}")
    return error if isinstance(error, Exception) else DeployError(str(error))


def _state(row: dict[str, Any]) -> StackState:
    outputs = row.get("Outputs", [])
    return StackState(
        name=row["StackName"],
        id=row["StackId"],
        status=row["StackStatus"],
        reason=row.get("StackStatusReason", ""),
        outputs={output["OutputKey"]: output.get("OutputValue", "") for output in outputs},
        exports={output["OutputKey"]: output["ExportName"] for output in outputs if output.get("ExportName")},
        parameters={row["ParameterKey"]: row.get("ParameterValue", "") for row in row.get("Parameters", [])},
        tags={tag["Key"]: tag["Value"] for tag in row.get("Tags", [])},
        updated=_iso(row.get("DeletionTime") or row.get("LastUpdatedTime") or row.get("CreationTime")),
        termination_protection=bool(row.get("EnableTerminationProtection")),
    )


def _change(row: dict[str, Any]) -> ResourceChange:
    paths = {
        (detail.get("Target", {}).get("Path") or detail.get("Target", {}).get("Name") or "").lstrip("/")
        for detail in row.get("Details", [])
    }
    return ResourceChange(
        logical_id=row["LogicalResourceId"],
        type=row["ResourceType"],
        action=row["Action"],
        replacement=row.get("Replacement", "False"),
        physical_id=row.get("PhysicalResourceId", ""),
        policy=row.get("PolicyAction", ""),
        properties=tuple(sorted(path for path in (*paths, *row.get("Scope", [])) if path and path != "Properties")),
        drift=row.get("ResourceDriftStatus", ""),
    )


def _present(row: dict[str, Any]) -> tuple[str, tuple[dict[str, Any], dict[str, Any]]]:
    """A resource's properties before and after; none before if it was deleted."""
    before, after = (json.loads(row.get(key) or "{}") for key in ("BeforeContext", "AfterContext"))
    if row.get("ResourceDriftStatus") == "DELETED":
        before = {}
    return row["LogicalResourceId"], (before.get("Properties", {}), after.get("Properties", {}))


def _event(row: dict[str, Any]) -> StackEvent:
    return StackEvent(
        id=row["EventId"],
        stack=row["StackName"],
        time=_iso(row["Timestamp"]),
        logical_id=row.get("LogicalResourceId", ""),
        physical_id=row.get("PhysicalResourceId", ""),
        type=row.get("ResourceType", ""),
        status=row.get("ResourceStatus", ""),
        reason=row.get("ResourceStatusReason", ""),
    )


def _operation_event(stack: str, row: dict[str, Any]) -> StackEvent:
    path = row.get("ValidationPath", "")
    reason = row.get("ResourceStatusReason") or row.get("ValidationStatusReason") or row.get("HookStatusReason") or ""
    return StackEvent(
        id=row["EventId"],
        stack=stack,
        time=_iso(row["Timestamp"]),
        logical_id=row.get("LogicalResourceId", ""),
        physical_id=row.get("PhysicalResourceId", ""),
        type=row.get("ResourceType", ""),
        status=row.get("ResourceStatus") or "VALIDATION_FAILED",
        reason=f"{reason} ({path})" if path else reason,
    )


def _resource(row: dict[str, Any]) -> StackResource:
    return StackResource(
        row["LogicalResourceId"],
        row.get("PhysicalResourceId", ""),
        row["ResourceType"],
        row["ResourceStatus"],
    )


def _iso(moment: Any) -> str:
    return moment.isoformat() if moment is not None else ""
