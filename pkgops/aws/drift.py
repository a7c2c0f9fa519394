"""Drift detection on CloudFormation: the `Drift` port."""

from __future__ import annotations

from typing import Any

from pkgops.aws.connection.client import Clients, translated
from pkgops.errors import DeployError
from pkgops.ports.drift import Detection, PropertyDrift, ResourceDrift

_REFUSALS = {"ValidationError", "OperationInProgressException"}


class CloudFormationDrift:
    """`pkgops.ports.drift.Drift` for one stage."""

    def __init__(self, clients: Clients) -> None:
        self._clients = clients

    @property
    def _client(self) -> Any:
        return self._clients.get("cloudformation")

    def begin(self, stack: str) -> str:
        from botocore.exceptions import ClientError

        with translated("cloudformation:DetectStackDrift"):
            try:
                return str(self._client.detect_stack_drift(StackName=stack)["StackDriftDetectionId"])
            except ClientError as error:
                detail = error.response.get("Error", {})
                if detail.get("Code") in _REFUSALS:
                    raise DeployError(str(detail.get("Message", ""))[:500]) from error
                raise

    def detection(self, detection_id: str) -> Detection:
        with translated("cloudformation:DescribeStackDriftDetectionStatus"):
            row = self._client.describe_stack_drift_detection_status(StackDriftDetectionId=detection_id)
        return Detection(
            ended=row["DetectionStatus"] != "DETECTION_IN_PROGRESS",
            status=row.get("StackDriftStatus", "UNKNOWN"),
            reason=row.get("DetectionStatusReason", ""),
        )

    def resources(self, stack: str) -> list[ResourceDrift]:
        found: list[ResourceDrift] = []
        more: dict[str, str] = {}
        with translated("cloudformation:DescribeStackResourceDrifts"):
            while True:
                page = self._client.describe_stack_resource_drifts(StackName=stack, MaxResults=100, **more)
                found += [_resource(row) for row in page["StackResourceDrifts"]]
                if not page.get("NextToken"):
                    return found
                more = {"NextToken": page["NextToken"]}


def _resource(row: dict[str, Any]) -> ResourceDrift:
    return ResourceDrift(
        logical_id=row["LogicalResourceId"],
        physical_id=row.get("PhysicalResourceId", ""),
        type=row["ResourceType"],
        status=row["StackResourceDriftStatus"],
        differences=tuple(map(_difference, row.get("PropertyDifferences", []))),
        reason=row.get("DriftStatusReason", ""),
    )


def _difference(row: dict[str, Any]) -> PropertyDrift:
    """A value missing on one side comes as the text null."""
    kind = row["DifferenceType"]
    return PropertyDrift(
        row["PropertyPath"],
        None if kind == "ADD" else row["ExpectedValue"],
        None if kind == "REMOVE" else row["ActualValue"],
    )
