"""What AWS refuses at the edge is refused before a deployment, each for its own reason."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from pkgops.model import Stage
from tests.pkgops.checks.project import PRODUCTION, found

TEMPLATE = """\
from troposphere import cloudfront
edge = ["lambda.amazonaws.com", "edgelambda.amazonaws.com"]
trust = {{"Statement": [{{"Effect": "Allow", "Principal": {{"Service": edge}}, "Action": "sts:AssumeRole"}}]}}
role = scope.add(iam.Role("Role", AssumeRolePolicyDocument=trust))
given = dict(Runtime="python3.12", Timeout=5, MemorySize=128, Role=GetAtt(role, "Arn"))
given |= dict({properties})
code = awslambda.Code(ZipFile="def handler(event, context): ...")
function = scope.add(awslambda.Function("Gate", Code=code, Handler="index.handler", **given))
version = scope.add(awslambda.Version("GateVersion", FunctionName=Ref(function)))
alias = scope.add(awslambda.Alias("Live", Name="live", FunctionName=Ref(function), FunctionVersion="1"))
row = cloudfront.LambdaFunctionAssociation(EventType="{event}", LambdaFunctionARN={arn})
behavior = dict(TargetOriginId="a", ViewerProtocolPolicy="https-only")
behaviors = [cloudfront.CacheBehavior(PathPattern="/a", LambdaFunctionAssociations=[row], **behavior)]
config = cloudfront.DistributionConfig(
    Enabled=True, DefaultCacheBehavior=cloudfront.DefaultCacheBehavior(**behavior), CacheBehaviors=behaviors
)
scope.add(cloudfront.Distribution("Site", DistributionConfig=config))
"""


def messages(
    root: Path,
    properties: str = "",
    event: str = "viewer-request",
    arn: str = "Ref(version)",
    stage: Stage = PRODUCTION,
) -> list[str]:
    template = TEMPLATE.format(properties=properties, event=event, arn=arn)
    return [one.message for one in found("P503", root, template, stage)]


@pytest.mark.parametrize(
    ("properties", "said"),
    [
        ('Environment=awslambda.Environment(Variables={"COLOR": "b"})', "has environment variables"),
        ('Layers=["arn:aws:lambda:us-east-1:1:layer:a:1"]', "has layers"),
        ('VpcConfig=awslambda.VPCConfig(SubnetIds=["a"], SecurityGroupIds=["b"])', "has a VPC"),
        ('DeadLetterConfig=awslambda.DeadLetterConfig(TargetArn="arn:a")', "has a dead-letter queue"),
        ('TracingConfig=awslambda.TracingConfig(Mode="Active")', "is traced"),
        ('Architectures=["arm64"]', "is not for x86_64"),
        ('Runtime="java21"', "runs on java21"),
        ("Timeout=6", "has 6 seconds; for viewer events there are 5"),
        ("MemorySize=256", "has 256 MB; for viewer events there are 128"),
    ],
)
def test_each_restriction_has_its_sentence(tmp_path: Path, properties: str, said: str) -> None:
    (one,) = messages(tmp_path, properties)
    assert one.startswith(f"Gate {said}")


def test_origin_events_have_limits_of_their_own(tmp_path: Path) -> None:
    assert messages(tmp_path, "Timeout=30, MemorySize=1024", "origin-request") == []
    assert messages(tmp_path, "Timeout=31", "origin-response") == [
        "Gate has 31 seconds; for origin events there are 30."
    ]


@pytest.mark.parametrize(
    ("arn", "named"),
    [('GetAtt(function, "Arn")', "Gate"), ("Ref(alias)", "Live"), ('"arn:aws:lambda:us-east-1:1:function:a"', "arn:")],
)
def test_only_a_numbered_version_runs(tmp_path: Path, arn: str, named: str) -> None:
    (one,) = messages(tmp_path, arn=arn)
    assert one.startswith(f"Site refers to {named}")
    assert "numbered versions only" in one


def test_a_literal_version_is_one(tmp_path: Path) -> None:
    assert messages(tmp_path, arn='"arn:aws:lambda:us-east-1:1:function:a:7"') == []


def test_another_region_is_refused_once(tmp_path: Path) -> None:
    (one,) = messages(tmp_path, "Timeout=60", stage=replace(PRODUCTION, region="eu-west-1"))
    assert "us-east-1 only, but the stage is in eu-west-1" in one


def test_a_role_that_the_edge_may_not_take(tmp_path: Path) -> None:
    template = TEMPLATE.format(properties="", event="viewer-request", arn="Ref(version)").replace(
        ', "edgelambda.amazonaws.com"', ""
    )
    (one,) = found("P503", tmp_path, template)
    assert "does not trust edgelambda.amazonaws.com" in one.message
