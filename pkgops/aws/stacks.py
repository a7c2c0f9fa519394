"""Stacks on CloudFormation: the `Stacks` port, without change sets and events, which have files of their own."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Sequence
from typing import Any

from pkgops.aws.change_sets import ChangeSets
from pkgops.aws.cloudformation import is_absent, iso, template_text
from pkgops.aws.connection.client import translated
from pkgops.aws.stack_events import StackEvents
from pkgops.errors import DeployError
from pkgops.ports.stacks import StackResource, StackState


class CloudFormationStacks(ChangeSets, StackEvents):
    """`pkgops.ports.stacks.Stacks` for one stage."""

    def describe(self) -> list[StackState]:
        with translated("cloudformation:DescribeStacks"):
            return [_state(row) for page in self._pages("describe_stacks") for row in page["Stacks"]]

    def template(self, stack: str) -> str:
        from botocore.exceptions import ClientError

        with translated("cloudformation:GetTemplate"):
            try:
                body = self._client.get_template(StackName=stack, TemplateStage="Original")["TemplateBody"]
            except ClientError as error:
                if is_absent(error):
                    return ""
                raise
        return template_text(body)

    def resources(self, stack: str) -> list[StackResource]:
        from botocore.exceptions import ClientError

        with translated("cloudformation:ListStackResources"):
            try:
                pages = list(self._pages("list_stack_resources", StackName=stack))
            except ClientError as error:
                if is_absent(error):
                    return []
                raise
        return [_resource(row) for page in pages for row in page["StackResourceSummaries"]]

    def delete(self, stack: str, retain: Sequence[str] = ()) -> None:
        self._call("delete_stack", stack, StackName=stack, **({"RetainResources": list(retain)} if retain else {}))

    def resume_rollback(self, stack: str, skip: Sequence[str] = ()) -> None:
        extra = {"ResourcesToSkip": list(skip)} if skip else {}
        self._start_once("continue_update_rollback", stack, **extra)

    def roll_back(self, stack: str) -> None:
        self._start_once("rollback_stack", stack)

    def _start_once(self, operation: str, stack: str, **arguments: Any) -> None:
        """Idempotent: called again because an answer was lost, it starts once."""
        token = f"pkgops-{time.time_ns():x}"
        try:
            self._call(operation, stack, StackName=stack, ClientRequestToken=token, **arguments)
        except DeployError:
            if not self._has_started(stack, token):
                raise

    def _has_started(self, stack: str, token: str) -> bool:
        """True if the stack's newest events are of the call that carried ``token``."""
        with contextlib.suppress(DeployError):
            page = self._call("describe_stack_events", stack, StackName=stack)
            return any(row.get("ClientRequestToken") == token for row in page["StackEvents"])
        return False

    def cancel_update(self, stack: str) -> None:
        self._call("cancel_update_stack", stack, StackName=stack)

    def set_termination_protection(self, stack: str, on: bool) -> None:
        self._call("update_termination_protection", stack, StackName=stack, EnableTerminationProtection=on)

    def set_policy(self, stack: str, policy: str) -> None:
        self._call("set_stack_policy", stack, StackName=stack, StackPolicyBody=policy)


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
        updated=iso(row.get("DeletionTime") or row.get("LastUpdatedTime") or row.get("CreationTime")),
        termination_protection=bool(row.get("EnableTerminationProtection")),
    )


def _resource(row: dict[str, Any]) -> StackResource:
    return StackResource(
        row["LogicalResourceId"],
        row.get("PhysicalResourceId", ""),
        row["ResourceType"],
        row["ResourceStatus"],
    )
