"""Contract: what CloudFront refuses when a distribution is made or changed, through templates and its API."""

from __future__ import annotations

import os

import pytest
from botocore.exceptions import ClientError

from tests.emulator import TRUSTED, archive
from tests.pkgops.local.edge.site import associated, behavior, distribution, edge_function, edge_role

pytestmark = pytest.mark.emulator

ORIGIN = {"Id": "one", "DomainName": "example.com", "CustomOriginConfig": {"OriginProtocolPolicy": "https-only"}}
CODE = "def handler(event, context):\n    return event['Records'][0]['cf']['request']\n"


def gated(event="viewer-request", arn=None, **settings):
    """A distribution with a function for the event."""
    row = {"EventType": event, "LambdaFunctionARN": arn or {"Ref": "GateVersion"}}
    default = behavior("one", LambdaFunctionAssociations=[row])
    return {
        "Role": edge_role(),
        **edge_function("Gate", CODE, **settings),
        "Distribution": distribution([ORIGIN], default),
    }


def refusal(deploy, template):
    stack = deploy(template)
    assert stack.status == "ROLLBACK_COMPLETE"
    return next(one for one in stack.reasons if "Error Code" in one)


@pytest.mark.parametrize(
    ("settings", "text"),
    [
        (
            {"Environment": {"Variables": {"A": "1"}}},
            "cannot have environment variables. Function: arn:aws:lambda:us-east-1",
        ),
        ({"Timeout": 6}, "timeout is larger than the maximum allowed for viewer-request events: 6 > 5"),
        ({"MemorySize": 256}, "memory is larger than the maximum allowed for viewer-request events: 256 > 128"),
        ({"Architectures": ["arm64"]}, "architecture x86_64"),
        ({"DeadLetterConfig": {"TargetArn": "arn:aws:sqs:us-east-1:000000000000:q"}}, "dead letter queue"),
        ({"VpcConfig": {"SubnetIds": ["subnet-1"], "SecurityGroupIds": ["sg-1"]}}, "cannot be in a VPC"),
        ({"EphemeralStorage": {"Size": 1024}}, "ephemeral storage"),
    ],
)
def test_functions_that_cannot_run_at_the_edge(deploy, settings, text):
    assert text in refusal(deploy, gated(**settings))


def test_what_viewers_cannot_wait_for_origins_can(deploy):
    assert deploy(gated("origin-request", Timeout=30, MemorySize=512)).status == "CREATE_COMPLETE"
    assert "31 > 30" in refusal(deploy, gated("origin-request", Timeout=31))


@pytest.mark.parametrize(
    ("arn", "text"),
    [
        ({"Fn::GetAtt": ["Gate", "Arn"]}, "must reference a specific function version"),
        ({"Fn::Sub": "${Gate.Arn}:$LATEST"}, "must reference a specific function version"),
        ({"Fn::Sub": "${Gate.Arn}:live"}, "must reference a specific function version"),
        ({"Fn::Sub": "arn:aws:lambda:eu-west-1:${AWS::AccountId}:function:${Gate}:1"}, "must be in region 'us-east-1'"),
        ({"Fn::Sub": "${Gate.Arn}:7"}, "does not exist"),
    ],
)
def test_only_a_version_of_the_first_region_is_taken(deploy, arn, text):
    assert text in refusal(deploy, gated(arn=arn))


def test_the_edge_must_be_able_to_have_the_role(deploy):
    template = gated()
    trust = {"Version": "2012-10-17", "Statement": [{**TRUSTED, "Action": "sts:AssumeRole"}]}
    template["Role"]["Properties"] = {"AssumeRolePolicyDocument": trust}
    assert "assumable with edgelambda.amazonaws.com" in refusal(deploy, template)


def test_a_layer_is_refused(deploy, aws, unique):
    made = aws("lambda").publish_layer_version(LayerName=unique("layer"), Content={"ZipFile": archive({"a.py": ""})})
    assert "cannot have layers" in refusal(deploy, gated(Layers=[made["LayerVersionArn"]]))


def test_viewers_cannot_wait_for_a_large_function(aws, unique, deploy, site):
    aws("s3").put_object(
        Bucket=site, Key="large.zip", Body=archive({"index.py": CODE, "noise": os.urandom(800_000).hex()})
    )
    code = {"S3Bucket": site, "S3Key": "large.zip"}
    assert "code is larger than the maximum" in refusal(deploy, gated(Code=code))
    assert deploy(gated("origin-response", Code=code)).status == "CREATE_COMPLETE"


SCRIPT = {
    "Type": "AWS::CloudFront::Function",
    "Properties": {
        "FunctionConfig": {"Comment": "", "Runtime": "cloudfront-js-2.0"},
        "FunctionCode": "function handler(event) { return event.request; }",
    },
}


@pytest.mark.parametrize("published", [True, False])
def test_a_script_must_be_published_and_alone(deploy, unique, published):
    script = {**SCRIPT, "Properties": SCRIPT["Properties"] | {"Name": unique("script"), "AutoPublish": published}}
    rows = [{"EventType": "viewer-request", "FunctionARN": {"Fn::GetAtt": ["Script", "FunctionARN"]}}]
    both = behavior("one", FunctionAssociations=rows, LambdaFunctionAssociations=associated(viewer_response="Gate"))
    template = gated() | {"Script": script, "Distribution": distribution([ORIGIN], both)}
    text = (
        "cannot have a CloudFront function and a Lambda function" if published else "does not exist in the LIVE stage"
    )
    assert text in refusal(deploy, template)


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"TargetOriginId": "two"}, "NoSuchOrigin"),
        ({"CachePolicyId": "00000000-0000-0000-0000-000000000000"}, "NoSuchCachePolicy"),
        ({"OriginRequestPolicyId": "00000000-0000-0000-0000-000000000000"}, "NoSuchOriginRequestPolicy"),
        ({"ResponseHeadersPolicyId": "00000000-0000-0000-0000-000000000000"}, "NoSuchResponseHeadersPolicy"),
    ],
)
def test_what_a_behaviour_names_must_exist(deploy, changes, code):
    assert code in refusal(deploy, {"Distribution": distribution([ORIGIN], behavior("one") | changes)})


def test_a_root_object_with_a_slash_and_an_unknown_control_are_refused(deploy):
    rooted = distribution([ORIGIN], behavior("one"), DefaultRootObject="/index.html")
    assert "InvalidDefaultRootObject" in refusal(deploy, {"Distribution": rooted})
    controlled = distribution([{**ORIGIN, "OriginAccessControlId": "E0"}], behavior("one"))
    assert "InvalidOriginAccessControl" in refusal(deploy, {"Distribution": controlled})


def test_an_update_is_checked_too(deploy):
    stack = deploy({"Distribution": distribution([ORIGIN], behavior("one"))})
    stack.update({"Resources": gated(Timeout=6)})
    assert stack.status == "UPDATE_ROLLBACK_COMPLETE"
    assert any("6 > 5" in one for one in stack.reasons)


def test_the_api_refuses_the_same(aws, deploy, unique):
    stack = deploy({name: one for name, one in gated(Timeout=6).items() if name != "Distribution"})
    arn = stack.physical("GateVersion")
    rows = {"Quantity": 1, "Items": [{"EventType": "viewer-request", "LambdaFunctionARN": arn}]}
    config = {
        "CallerReference": unique("reference"),
        "Comment": "",
        "Enabled": True,
        "Origins": {"Quantity": 1, "Items": [ORIGIN | {"CustomOriginConfig": PORTS}]},
        "DefaultCacheBehavior": behavior("one", LambdaFunctionAssociations=rows),
    }
    with pytest.raises(ClientError) as refused:
        aws("cloudfront").create_distribution(DistributionConfig=config)
    assert refused.value.response["Error"]["Code"] == "InvalidLambdaFunctionAssociation"


PORTS = {"OriginProtocolPolicy": "https-only", "HTTPPort": 80, "HTTPSPort": 443}
