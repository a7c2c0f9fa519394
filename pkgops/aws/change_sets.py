"""Change sets: created, described, executed and deleted without doing anything twice."""

from __future__ import annotations

import contextlib
import json
import time
from typing import Any

from pkgops.aws.cloudformation import CloudFormationCalls, is_absent, template_text
from pkgops.aws.connection.client import translated
from pkgops.errors import DeployError
from pkgops.ports.stacks import ChangeDetail, ChangeSet, ChangeSetRequest, ResourceChange

CAPABILITIES = ["CAPABILITY_IAM", "CAPABILITY_NAMED_IAM", "CAPABILITY_AUTO_EXPAND"]
_CHANGED = "Another deployment has changed the stack meanwhile, or deleted the change set. Deploy again."
_EXECUTABLE = {"AVAILABLE", "EXECUTE_IN_PROGRESS"}


class ChangeSets(CloudFormationCalls):
    """The change sets of `pkgops.ports.stacks.Stacks`."""

    def create_change_set(self, request: ChangeSetRequest) -> str:
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
            arguments |= {"ChangeSetType": "IMPORT", "ResourcesToImport": _resources_to_import(request)}
        elif request.create:  # what an earlier stack of this name has retained
            arguments["ImportExistingResources"] = True
        if request.revert_drift:
            arguments["DeploymentMode"] = "REVERT_DRIFT"
        elif request.express:
            # Express mode leaves a failed stack as it is unless told otherwise.
            arguments["DeploymentConfig"] = {"Mode": "EXPRESS", "DisableRollback": False}
        arguments |= {"TemplateURL": request.url} if request.url else {"TemplateBody": request.body}
        try:
            return str(self._call("create_change_set", request.stack, **arguments)["Id"])
        except DeployError as error:
            if "AlreadyExists" not in str(error.__cause__):
                raise
        # The name is unique to this call: the change set was created, and only the answer was lost.
        named = {"StackName": request.stack, "ChangeSetName": arguments["ChangeSetName"]}
        return str(self._call("describe_change_set", request.stack, **named)["ChangeSetId"])

    def change_set(self, change_set_id: str) -> ChangeSet:
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
                if is_absent(error):
                    raise DeployError(f"A change set is gone: {change_set_id}.", _CHANGED) from error
                raise
        return ChangeSet(
            id=change_set_id,
            stack=first["StackName"],
            status=first["Status"],
            reason=first.get("StatusReason", ""),
            changes=tuple(_change(row["ResourceChange"]) for page in pages for row in page.get("Changes", [])),
            present=dict(
                _drifted_properties(row["ResourceChange"]) for page in values for row in page.get("Changes", [])
            ),
        )

    def change_set_templates(self, stack: str) -> list[str]:
        from botocore.exceptions import ClientError

        with translated("cloudformation:ListChangeSets"):
            try:
                found = [row for page in self._pages("list_change_sets", StackName=stack) for row in page["Summaries"]]
                waiting = [row["ChangeSetId"] for row in found if row.get("ExecutionStatus") in _EXECUTABLE]
                call = self._client.get_template
                return [
                    template_text(call(ChangeSetName=one, TemplateStage="Original")["TemplateBody"]) for one in waiting
                ]
            except ClientError as error:
                if is_absent(error):  # executed or deleted in between
                    return []
                raise

    def execute(self, change_set_id: str) -> None:
        """Idempotent: called again because an answer was lost, it executes once."""
        try:
            self._call("execute_change_set", change_set_id, ChangeSetName=change_set_id)
        except DeployError:
            if not self._is_executing(change_set_id):
                raise

    def delete_change_set(self, change_set_id: str) -> None:
        from botocore.exceptions import ClientError

        with translated("cloudformation:DeleteChangeSet"):
            try:
                stack = self._client.describe_change_set(ChangeSetName=change_set_id)["StackName"]
                self._client.delete_change_set(ChangeSetName=change_set_id)
                found = self._client.describe_stacks(StackName=stack)["Stacks"][0]
                if found["StackStatus"] == "REVIEW_IN_PROGRESS" and not self._has_others(stack, change_set_id):
                    self._client.delete_stack(StackName=found["StackId"])
            except ClientError as error:
                if not is_absent(error):
                    raise

    def _has_others(self, stack: str, besides: str) -> bool:
        """True if the stack has other change sets: another deployer is about to create it."""
        pages = self._pages("list_change_sets", StackName=stack)
        return any(row["ChangeSetId"] != besides for page in pages for row in page["Summaries"])

    def _is_executing(self, change_set_id: str) -> bool:
        with contextlib.suppress(DeployError):
            found = self._call("describe_change_set", change_set_id, ChangeSetName=change_set_id)
            return str(found.get("ExecutionStatus", "")).startswith("EXECUTE_")
        return False


def _resources_to_import(request: ChangeSetRequest) -> list[dict[str, Any]]:
    return [
        {"LogicalResourceId": logical_id, "ResourceType": kind, "ResourceIdentifier": dict(identifier)}
        for logical_id, (kind, identifier) in sorted(request.imports.items())
    ]


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
        details=tuple(map(_detail, row.get("Details", []))),
    )


def _detail(row: dict[str, Any]) -> ChangeDetail:
    target = row.get("Target", {})
    return ChangeDetail(
        attribute=target.get("Attribute", ""),
        name=target.get("Name", ""),
        recreation=target.get("RequiresRecreation", "Never"),
        dynamic=row.get("Evaluation") == "Dynamic",
        source=row.get("ChangeSource", ""),
        cause=row.get("CausingEntity", ""),
    )


def _drifted_properties(row: dict[str, Any]) -> tuple[str, tuple[dict[str, Any], dict[str, Any]]]:
    """A resource's properties before and after; none before if it was deleted."""
    before, after = (json.loads(row.get(key) or "{}") for key in ("BeforeContext", "AfterContext"))
    if row.get("ResourceDriftStatus") == "DELETED":
        before = {}
    return row["LogicalResourceId"], (before.get("Properties", {}), after.get("Properties", {}))
