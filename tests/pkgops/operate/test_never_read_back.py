"""Properties that AWS never reads back: they have not drifted, and are named as not compared."""

from __future__ import annotations

import json

import pytest

from pkgops.operate.drift import detect_drift, drift_notes
from tests.pkgops.fakes.ports import FakePorts


def test_what_is_never_read_back_has_not_drifted(ports: FakePorts) -> None:
    code = {"S3Bucket": "b", "S3Key": "k"}
    resources = {
        "A": {"Type": "AWS::Lambda::Function", "Properties": {"Code": code, "Timeout": 5}},
        "B": {"Type": "AWS::Lambda::Function", "Properties": {"Code": code}},
        "S": {"Type": "AWS::SecretsManager::Secret", "Properties": {"SecretString": "typed"}},
    }
    ports.stacks.deployed("One", "CREATE_COMPLETE", {"Resources": resources})
    ports.stacks.drifts = {
        "A": {"/Code": (json.dumps(code), None), "/Timeout": ("5", "60")},
        "B": {"/Code/S3Key": ("k", None), "/Code/S3Bucket": ("b", None)},
        "S": {"/SecretString": ("typed", None)},
    }
    drift = detect_drift(["One"], ports)["One"]
    assert [(row.logical_id, [one.path for one in row.differences]) for row in drift.resources] == [
        ("A", ["Properties/Timeout"])
    ]
    ports.stacks.drifts.pop("A")
    drift = detect_drift(["One"], ports)["One"]
    assert (drift.status, drift.resources) == ("IN_SYNC", ())
    assert drift_notes(drift) == [
        "One: never read back by AWS, so not compared. Code of 2 AWS::Lambda::Function, "
        "SecretString of 1 AWS::SecretsManager::Secret"
    ]


@pytest.mark.parametrize(
    ("path", "expected", "actual", "after"),
    [
        ("/Code/S3Key", "a", "b", ['"b"']),
        ("/Code", '{"S3Key": "a"}', '{"S3Key": "b"}', ['"b"']),
        ("/Code", '{"S3Key": "a", "Other": "x"}', None, [None]),  # a part that is read
    ],
)
def test_what_was_read_has_drifted_whatever_the_schema_says(
    ports: FakePorts, path: str, expected: str, actual: str | None, after: list[str | None]
) -> None:
    """Handlers of some types answer what their schemas call write-only."""
    ports.stacks.deployed("One", "CREATE_COMPLETE", {"Resources": {"A": {"Type": "AWS::Lambda::Function"}}})
    ports.stacks.drifts = {"A": {path: (expected, actual)}}
    (resource,) = detect_drift(["One"], ports)["One"].resources
    assert [row.after for row in resource.differences] == after


def test_types_that_are_not_checked_are_counted(ports: FakePorts, monkeypatch: pytest.MonkeyPatch) -> None:
    kinds = {"Q": "AWS::SQS::Queue", "P1": "AWS::Lambda::Permission", "P2": "AWS::Lambda::Permission"}
    ports.stacks.deployed("One", "CREATE_COMPLETE", {"Resources": {key: {"Type": kind} for key, kind in kinds.items()}})
    found = [row for row in ports.drift.resources("One") if row.logical_id == "Q"]
    monkeypatch.setattr(ports.drift, "resources", lambda stack: found)
    drift = detect_drift(["One"], ports)["One"]
    assert drift_notes(drift) == ["One: not checked by CloudFormation. 2 AWS::Lambda::Permission"]
