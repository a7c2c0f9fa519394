"""Is a stage's name refused that makes the name of a resource too long, before anything is built?"""

from __future__ import annotations

from typing import Any

import pytest

from pkgops.errors import ConfigError
from pkgops.model import Stage
from pkgops.stage_names import require_short_within

STAGE = Stage("feature-login-again", region="eu-west-1")


def checked(stage: Stage, kind: str, properties: dict[str, Any]) -> None:
    require_short_within(stage, [("Shop-x", {"Resources": {"One": {"Type": kind, "Properties": properties}}})])


@pytest.mark.parametrize(
    ("kind", "named", "before", "most"),
    [
        ("AWS::Lambda::Function", "FunctionName", "shop-", 64),
        ("AWS::S3::Bucket", "BucketName", "shop-", 63),
        ("AWS::SQS::Queue", "QueueName", "shop-", 80),
    ],
)
def test_a_resources_name_has_room_for_the_stage(kind: str, named: str, before: str, most: int) -> None:
    room = most - len(STAGE.name)
    fits = before.ljust(room - 1, "x") + "-" + STAGE.name
    checked(STAGE, kind, {named: fits})
    with pytest.raises(ConfigError, match=f"too long: {kind.rpartition(':')[2].lower()} x.* {most + 1} char") as caught:
        checked(STAGE, kind, {named: "x" + fits})
    assert (caught.value.code, caught.value.hint) == (2, f"It may have {len(STAGE.name) - 1} characters in eu-west-1.")


def test_names_that_cloudformation_composes_count_as_far_as_they_are_known() -> None:
    account = {"Fn::Sub": f"{'x' * 32}-{STAGE.name}-${{AWS::AccountId}}"}
    with pytest.raises(ConfigError, match=f"bucket x+-{STAGE.name}-000000000000 would have 65 characters"):
        checked(STAGE, "AWS::S3::Bucket", {"BucketName": account})
    checked(STAGE, "AWS::S3::Bucket", {"BucketName": {"Fn::Sub": f"{'x' * 80}-{STAGE.name}-${{Other}}"}})


@pytest.mark.parametrize("name", ["x" * 80, f"{'x' * 80}-feature-login-again", f"{'x' * 64}-features"])
def test_a_name_that_no_stage_shortens_is_left_to_the_checks_of_templates(name: str) -> None:
    checked(Stage("feature") if "features" in name else STAGE, "AWS::Lambda::Function", {"FunctionName": name})
