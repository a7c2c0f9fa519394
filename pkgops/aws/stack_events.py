"""Events of stacks: the history of their operations, and what made the newest one fail."""

from __future__ import annotations

import contextlib
from typing import Any

from pkgops.aws.cloudformation import STACK, CloudFormationCalls, is_absent, iso
from pkgops.aws.connection.client import translated
from pkgops.ports.stacks import StackEvent

_STARTS = {"CREATE_IN_PROGRESS", "UPDATE_IN_PROGRESS", "DELETE_IN_PROGRESS", "IMPORT_IN_PROGRESS"}


class StackEvents(CloudFormationCalls):
    """The events of `pkgops.ports.stacks.Stacks`."""

    def events(self, stack: str, until: str = "", since: str = "", *, newest: bool = False) -> list[StackEvent]:
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
                    if newest:
                        break
            except ClientError as error:
                if not is_absent(error):
                    raise
        return found[::-1]

    def failures(self, stack: str) -> list[StackEvent]:
        """The stack's events say where its newest operation begins; what validations and hooks refused is in the
        operation's events only."""
        newest: list[StackEvent] = []
        for event in reversed(self.events(stack)):
            newest.append(event)
            if _starts_operation(stack, event):
                break
        begin = newest[-1].time if newest else ""
        failures = [event for event in self._operation_failures(stack) if event.time >= begin]
        return failures or [event for event in reversed(newest) if event.status.endswith("FAILED")]

    def _operation_failures(self, stack: str) -> list[StackEvent]:
        from botocore.exceptions import ClientError

        rows: list[dict[str, Any]] = []
        with contextlib.suppress(ClientError, AttributeError), translated("cloudformation:DescribeEvents"):
            for page in self._pages("describe_events", StackName=stack, Filters={"FailedEvents": True}):
                rows += page.get("OperationEvents", [])  # older regions and SDKs do not have it
        events = [_operation_event(stack, row) for row in rows if row.get("LogicalResourceId")]
        return sorted(events, key=lambda event: event.time)


def _starts_operation(stack: str, event: StackEvent) -> bool:
    """True for the event an operation on the stack itself begins with, not one of a stack nested in it."""
    own = event.physical_id == stack or f":stack/{stack}/" in event.physical_id
    return event.type == STACK and own and (event.status in _STARTS or event.reason == "User Initiated")


def _event(row: dict[str, Any]) -> StackEvent:
    return StackEvent(
        id=row["EventId"],
        stack=row["StackName"],
        time=iso(row["Timestamp"]),
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
        time=iso(row["Timestamp"]),
        logical_id=row.get("LogicalResourceId", ""),
        physical_id=row.get("PhysicalResourceId", ""),
        type=row.get("ResourceType", ""),
        status=row.get("ResourceStatus") or "VALIDATION_FAILED",
        reason=f"{reason} ({path})" if path else reason,
    )
