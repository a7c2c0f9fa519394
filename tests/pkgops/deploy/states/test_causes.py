"""The root cause of a failure, in nested stacks, too, with the log of the function behind it."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from pkgops.deploy.deploy import require_success
from pkgops.errors import DeployError
from tests.pkgops.deploy.states.conftest import World

pytestmark = pytest.mark.emulator
LINE = "templates/stately/thing.py"
TOLD = "The end of /aws/lambda/stately-provider:"


def test_a_failed_custom_resource_is_reported_with_the_end_of_its_log(world: World) -> None:
    world.instruct(Create="fail")
    report = world.deploy()
    (result,) = report.results
    assert result.status == "ROLLBACK_COMPLETE"
    assert result.reason == f"Thing: Create was told to fail ({LINE}:7)"
    assert result.log[0] == TOLD
    assert {"Create of Thing", "Migration 7 found a table that is not there"} <= set(result.log)
    with pytest.raises(DeployError) as failed:
        require_success(report, "local")
    assert failed.value.message.splitlines()[1:] == [f"  {line}" for line in result.log]


def test_the_cause_is_that_of_the_newest_operation(world: World) -> None:
    world.deploy(1)
    world.instruct(Update="fail 2")
    (result,) = world.deploy(2).results
    assert (result.status, result.reason) == ("UPDATE_ROLLBACK_COMPLETE", f"Thing: Update was told to fail ({LINE}:7)")
    broken = world.template(1)
    broken["Resources"]["Queue"]["Properties"] = {"QueueName": {"Fn::GetAtt": ["Thing", "Nonsense"]}}
    (result,) = world.deploy_template(broken).results
    assert result.status == "UPDATE_ROLLBACK_COMPLETE"
    assert result.reason.startswith("Queue: ")
    assert result.log == ()


def nested(world: World, aws: Callable[[str], Any], depth: int, version: int = 1) -> dict[str, Any]:
    """A stack in a stack, ``depth`` deep, with Thing at the bottom."""
    if depth == 0:
        return world.template(version)
    s3 = aws("s3")
    s3.create_bucket(Bucket=f"{world.name.lower()}-templates")
    key = f"{depth}-{version}.json"
    body = json.dumps(nested(world, aws, depth - 1, version)).encode()
    s3.put_object(Bucket=f"{world.name.lower()}-templates", Key=key, Body=body)
    url = f"{s3.meta.endpoint_url}/{world.name.lower()}-templates/{key}"
    inner = {"Type": "AWS::CloudFormation::Stack", "Properties": {"TemplateURL": url}}
    return {"Resources": {"Nested": inner, "After": {"Type": "AWS::SQS::Queue", "DependsOn": "Nested"}}}


def test_the_path_to_a_resource_in_a_nested_stack_is_reported(world: World, aws: Callable[[str], Any]) -> None:
    world.instruct(Create="fail")
    (result,) = world.deploy_template(nested(world, aws, 2)).results
    assert result.status == "ROLLBACK_COMPLETE"
    assert result.reason == f"Nested > Nested > Thing: Create was told to fail ({LINE}:9)"
    assert "Migration 7 found a table that is not there" in result.log


def test_in_a_nested_stack_an_update_that_fails_is_explained_too(world: World, aws: Callable[[str], Any]) -> None:
    assert world.deploy_template(nested(world, aws, 1)).ok
    world.instruct(Update="fail 2")
    (result,) = world.deploy_template(nested(world, aws, 1, version=2)).results
    assert result.status == "UPDATE_ROLLBACK_COMPLETE"
    assert result.reason == f"Nested > Thing: Update was told to fail ({LINE}:9)"
