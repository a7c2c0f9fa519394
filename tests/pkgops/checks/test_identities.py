"""Is what a policy names by hand the resource that a variable refers to?"""

from __future__ import annotations

from pathlib import Path

import pytest

from pkgops import bootstrap
from pkgops.build.synth import SynthesizedStack
from pkgops.checks.code.uses import Usage
from pkgops.checks.kit.subject import Subject
from pkgops.model import Stage

RESOURCES = {
    "Orders": {"Type": "AWS::DynamoDB::Table", "Properties": {"TableName": "shop"}},
    "Jobs": {"Type": "AWS::SQS::Queue", "Properties": {"QueueName": "jobs"}},
}
HERE = "arn:aws:{service}:us-east-1:123456789012:"


@pytest.mark.parametrize(
    ("service", "named", "expected"),
    [
        ("dynamodb", "table/shop", "table/<data.Orders>"),
        ("dynamodb", "table/shop/index/*", "table/<data.Orders>/index/*"),
        ("dynamodb", "table/shop/stream/2026", "table/<data.Orders>/stream/2026"),
        ("dynamodb", "table/other/index/shop-index", "table/other/index/shop-index"),
        ("sqs", "jobs", "<data.Jobs>"),
        ("secretsmanager", "secret:shop/api-key-??????", "secret:shop/api-key-??????"),
    ],
)
def test_a_name_in_an_arn_is_the_resource(tmp_path: Path, service: str, named: str, expected: str) -> None:
    stack = SynthesizedStack("shop", "data", "shop-data", {"Resources": RESOURCES})
    subject = Subject(tmp_path, Stage("prod"), bootstrap.SYSTEM, [stack], lambda _: Usage())
    prefix = HERE.format(service=service)
    assert subject.identity(stack, {"Fn::Sub": prefix + named}) == prefix + expected
