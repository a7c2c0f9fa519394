"""Contract: a function's URL is an origin, if the distribution or everybody may call it."""

from __future__ import annotations

import json

import pytest

from tests.pkgops.local.edge.site import behavior, distribution
from tests.pkgops.local.polyfills.cloudfront.test_origins import ALL, ALL_BUT_HOST, ECHO, VIEWER

pytestmark = pytest.mark.emulator


def function_url(role, auth, *principals, **origin):
    """A function whose URL is the origin of a distribution, with the permissions that AWS wants for each principal."""
    function = {
        "Type": "AWS::Lambda::Function",
        "Properties": {"Runtime": "python3.12", "Handler": "index.handler", "Role": role, "Code": {"ZipFile": ECHO}},
    }
    name = {"Fn::Select": [2, {"Fn::Split": ["/", {"Fn::GetAtt": ["Url", "FunctionUrl"]}]}]}
    target = {"Fn::GetAtt": ["Function", "Arn"]}
    default = behavior("url", OriginRequestPolicyId=ALL_BUT_HOST, AllowedMethods=ALL)
    custom = {"Id": "url", "DomainName": name, "CustomOriginConfig": {"OriginProtocolPolicy": "https-only"}, **origin}
    found = {
        "Function": function,
        "Url": {"Type": "AWS::Lambda::Url", "Properties": {"AuthType": auth, "TargetFunctionArn": target}},
        "Distribution": distribution([custom], default),
    }
    uses = ({"Action": "lambda:InvokeFunctionUrl", "FunctionUrlAuthType": auth}, {"Action": "lambda:InvokeFunction"})
    for number, (principal, use) in enumerate((one, use) for one in principals for use in uses):
        rights = {"FunctionName": target, **principal, **use}
        found[f"May{number}"] = {"Type": "AWS::Lambda::Permission", "Properties": rights}
    return found


EVERYONE = {"Principal": "*"}


def test_a_function_url_is_an_origin(deploy, visit, role):
    visitor = visit(deploy(function_url(role, "NONE", EVERYONE)))
    event = json.loads(
        visitor.get("/api/x%2Fy?a=1", "POST", content=b"text", headers={**VIEWER, "Origin": "https://a.example"}).text
    )
    assert (event["rawPath"], event["rawQueryString"]) == ("/api/x%2Fy", "a=1")
    assert event["headers"]["host"].endswith(".lambda-url.us-east-1.on.aws")
    assert event["headers"]["x-forwarded-proto"] == "https"
    assert event["headers"]["x-forwarded-for"].startswith("127.0.0.1")
    assert event["headers"]["authorization"] == "Bearer x"
    for path in ("/login", "/health", "/_next/image", "/_aws/x", "/oauth2/token"):
        assert json.loads(visitor.get(path).text)["rawPath"] == path, "no path is the emulator's own"


def test_a_function_url_that_nobody_may_call_is_no_origin(deploy, visit, role):
    assert visit(deploy(function_url(role, "NONE"))).get("/x").status_code == 403


def test_requests_to_a_function_url_are_signed_where_the_distribution_may_call_it(deploy, visit, role, unique):
    settings = {
        "Name": unique("access"),
        "OriginAccessControlOriginType": "lambda",
        "SigningBehavior": "always",
        "SigningProtocol": "sigv4",
    }
    access = {
        "Access": {
            "Type": "AWS::CloudFront::OriginAccessControl",
            "Properties": {"OriginAccessControlConfig": settings},
        }
    }
    signed = {"OriginAccessControlId": {"Fn::GetAtt": ["Access", "Id"]}}
    arn = {"Fn::Sub": "arn:${AWS::Partition}:cloudfront::${AWS::AccountId}:distribution/${Distribution}"}
    ours, other = (
        {"Principal": "cloudfront.amazonaws.com", "SourceArn": one}
        for one in (arn, "arn:aws:cloudfront::1:distribution/E1")
    )
    visitor = visit(deploy(function_url(role, "AWS_IAM", ours, **signed) | access))
    event = json.loads(visitor.get("/_next/image?w=1", headers=VIEWER).text)
    assert (event["rawPath"], event["rawQueryString"]) == ("/_next/image", "w=1")
    assert event["headers"]["authorization"].startswith("AWS4-HMAC-SHA256"), "in the place of the viewer's"
    access["Access"]["Properties"]["OriginAccessControlConfig"]["Name"] = unique("access")
    assert visit(deploy(function_url(role, "AWS_IAM", other, **signed) | access)).get("/x").status_code == 403
    assert visit(deploy(function_url(role, "AWS_IAM", ours))).get("/x").status_code == 403, "nothing signs"
