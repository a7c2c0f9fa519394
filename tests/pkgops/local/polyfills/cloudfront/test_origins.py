"""Contract: what reaches an origin, and which origins there can be."""

from __future__ import annotations

import json

import pytest

from tests.pkgops.local.edge.recorder import recording
from tests.pkgops.local.edge.site import PAGES, behavior, bucket_origin, distribution, readable

pytestmark = pytest.mark.emulator

ALL = ["GET", "HEAD", "OPTIONS", "PUT", "PATCH", "POST", "DELETE"]
ALL_VIEWER = "216adef6-5c7f-47e4-b989-5492eafa07d3"
ALL_BUT_HOST = "b689b0a8-53d0-40ab-baf2-68738e2966ac"
ECHO = "import json\ndef handler(event, context):\n    return {'statusCode': 200, 'body': json.dumps(event)}\n"
VIEWER = {
    "Accept-Language": "de",
    "Authorization": "Bearer x",
    "Cookie": "a=1; b=2",
    "User-Agent": "a browser",
    "X-Own": "1",
    "X-Forwarded-Proto": "ftp",
}


@pytest.fixture(name="server")
def running():
    with recording() as recorder:
        yield recorder


def asked(server, visitor, path="/x?a=1&b=2", **given):
    visitor.get(path, headers=VIEWER, **given)
    return server.asked[-1]


def test_without_policies_an_origin_learns_little(server, deploy, visit):
    headers = [{"HeaderName": "X-Secret", "HeaderValue": "s"}]
    origin = server.origin(OriginPath="/base", OriginCustomHeaders=headers)
    visitor = visit(deploy({"Distribution": distribution([origin], behavior("server", AllowedMethods=ALL))}))
    method, path, sent, _ = asked(server, visitor, "/a%20b?a=1")
    assert (method, path) == ("GET", "/base/a%20b")
    assert sent["host"] == f"127.0.0.1:{server.port}" or sent["host"] == "127.0.0.1"
    assert (sent["user-agent"], sent["x-secret"], sent["x-forwarded-for"]) == ("Amazon CloudFront", "s", "127.0.0.1")
    assert "(CloudFront)" in sent["via"]
    assert not {"cookie", "authorization", "x-own", "accept-language", "x-forwarded-proto"} & sent.keys()
    method, _, sent, body = asked(server, visitor, method="POST", content=b"text")
    assert (method, body, sent["authorization"]) == ("POST", b"text", "Bearer x")  # only reads lose it
    answer = visitor.get("/")
    assert answer.headers.get_list("set-cookie") == ["a=1", "b=2"]


@pytest.mark.parametrize(("policy", "host"), [(ALL_VIEWER, True), (ALL_BUT_HOST, False)])
def test_a_policy_lets_everything_through(server, deploy, visit, policy, host):
    default = behavior("server", OriginRequestPolicyId=policy)
    visitor = visit(deploy({"Distribution": distribution([server.origin()], default)}))
    _, path, sent, _ = asked(server, visitor)
    assert path == "/x?a=1&b=2"
    assert (sent["cookie"], sent["authorization"], sent["x-own"], sent["user-agent"]) == (
        "a=1; b=2",
        "Bearer x",
        "1",
        "a browser",
    )
    assert (sent["host"] == visitor.plain.partition("://")[2]) is host


def test_a_policy_lets_through_what_it_names(server, deploy, visit, unique):
    config = {
        "Name": unique("policy"),
        "HeadersConfig": {"HeaderBehavior": "whitelist", "Headers": ["x-own", "CloudFront-Forwarded-Proto"]},
        "CookiesConfig": {"CookieBehavior": "whitelist", "Cookies": ["b"]},
        "QueryStringsConfig": {"QueryStringBehavior": "allExcept", "QueryStrings": ["a"]},
    }
    policy = {"Type": "AWS::CloudFront::OriginRequestPolicy", "Properties": {"OriginRequestPolicyConfig": config}}
    default = behavior("server", OriginRequestPolicyId={"Ref": "Policy"})
    visitor = visit(deploy({"Policy": policy, "Distribution": distribution([server.origin()], default)}))
    _, path, sent, _ = asked(server, visitor)
    assert (path, sent["cookie"], sent["x-own"]) == ("/x?b=2", "b=2", "1")
    assert sent["cloudfront-forwarded-proto"] == "http"
    assert asked(server, visitor, secure=True)[2]["cloudfront-forwarded-proto"] == "https"
    assert "accept-language" not in sent


def test_a_group_asks_its_second_origin_when_the_first_fails(server, deploy, visit, site):
    server.status = 503
    members = {"Quantity": 2, "Items": [{"OriginId": "server"}, {"OriginId": site}]}
    criteria = {"StatusCodes": {"Quantity": 1, "Items": [503]}}
    group = {"Id": "both", "FailoverCriteria": criteria, "Members": members}
    config = distribution(
        [server.origin(), bucket_origin(site)], behavior("both"), OriginGroups={"Quantity": 1, "Items": [group]}
    )
    visitor = visit(deploy({**readable(site), "Distribution": config}))
    assert visitor.get("/index.html").text == PAGES["index.html"]
    server.status = 404
    assert visitor.get("/index.html").status_code == 404
    assert len(server.asked) == 2


@pytest.mark.parametrize("kind", ["HTTP", "REST"])
def test_an_api_is_an_origin(deploy, visit, role, kind):
    visitor = visit(deploy(api(kind, role)))
    answer = visitor.get("/x?a=1", headers=VIEWER)
    assert answer.status_code == 200, answer.text
    event = json.loads(answer.text)
    assert event["queryStringParameters"] == {"a": "1"}
    assert event.get("rawPath", event.get("path")) == "/x"
    assert event["headers"].get("x-own", event["headers"].get("X-Own")) == "1"


def api(kind, role):
    """An API of the kind, in front of a function that echoes, behind a distribution."""
    arn = {"Fn::GetAtt": ["Function", "Arn"]}
    function = {"Runtime": "python3.12", "Handler": "index.handler", "Role": role, "Code": {"ZipFile": ECHO}}
    permission = {"FunctionName": arn, "Action": "lambda:InvokeFunction", "Principal": "apigateway.amazonaws.com"}
    domain = {"Fn::Sub": "${Api}.execute-api.us-east-1.amazonaws.com"}
    origin = {"Id": "api", "DomainName": domain, "CustomOriginConfig": {"OriginProtocolPolicy": "https-only"}}
    if kind == "REST":
        origin["OriginPath"] = "/prod"
    return {
        "Function": {"Type": "AWS::Lambda::Function", "Properties": function},
        "Permission": {"Type": "AWS::Lambda::Permission", "Properties": permission},
        "Distribution": distribution([origin], behavior("api", OriginRequestPolicyId=ALL_BUT_HOST)),
        **(http_api(arn) if kind == "HTTP" else rest_api()),
    }


def http_api(arn):
    here = {"ApiId": {"Ref": "Api"}}
    integration = here | {"IntegrationType": "AWS_PROXY", "IntegrationUri": arn, "PayloadFormatVersion": "2.0"}
    route = here | {"RouteKey": "$default", "Target": {"Fn::Sub": "integrations/${Integration}"}}
    stage = here | {"StageName": "$default", "AutoDeploy": True}
    return {
        "Api": {"Type": "AWS::ApiGatewayV2::Api", "Properties": {"Name": "origin", "ProtocolType": "HTTP"}},
        "Integration": {"Type": "AWS::ApiGatewayV2::Integration", "Properties": integration},
        "Route": {"Type": "AWS::ApiGatewayV2::Route", "Properties": route},
        "Stage": {"Type": "AWS::ApiGatewayV2::Stage", "Properties": stage},
    }


def rest_api():
    here = {"RestApiId": {"Ref": "Api"}}
    below = here | {"ParentId": {"Fn::GetAtt": ["Api", "RootResourceId"]}, "PathPart": "{proxy+}"}
    path = "arn:aws:apigateway:us-east-1:lambda:path/2015-03-31/functions/${Function.Arn}/invocations"
    call = {"Type": "AWS_PROXY", "IntegrationHttpMethod": "POST", "Uri": {"Fn::Sub": path}}
    method = {"ResourceId": {"Ref": "Resource"}, "HttpMethod": "ANY", "AuthorizationType": "NONE", "Integration": call}
    deployment = {"Type": "AWS::ApiGateway::Deployment", "Properties": here | {"StageName": "prod"}}
    return {
        "Api": {"Type": "AWS::ApiGateway::RestApi", "Properties": {"Name": "origin"}},
        "Resource": {"Type": "AWS::ApiGateway::Resource", "Properties": below},
        "Method": {"Type": "AWS::ApiGateway::Method", "Properties": here | method},
        "Deployment": deployment | {"DependsOn": "Method"},
    }


def test_other_addresses_of_aws_are_not_asked(deploy, visit):
    custom = {"OriginProtocolPolicy": "https-only"}
    origin = {"Id": "queue", "DomainName": "sqs.us-east-1.amazonaws.com", "CustomOriginConfig": custom}
    answer = visit(deploy({"Distribution": distribution([origin], behavior("queue"))})).get("/")
    assert answer.status_code == 502
    assert "not deployed on the emulator" in answer.text


def test_a_website_has_an_index_and_an_error_page(deploy, visit, site, aws):
    rules = [{"Condition": {"KeyPrefixEquals": "old/"}, "Redirect": {"ReplaceKeyPrefixWith": "app/"}}]
    documents = {
        "IndexDocument": {"Suffix": "index.html"},
        "ErrorDocument": {"Key": "error.html"},
        "RoutingRules": rules,
    }
    aws("s3").put_bucket_website(Bucket=site, WebsiteConfiguration=documents)
    aws("s3").put_object(Bucket=site, Key="app/index.html", Body=b"inner", ContentType="text/html")
    everybody = {
        "Effect": "Allow",
        "Principal": "*",
        "Action": ["s3:GetObject", "s3:ListBucket"],
        "Resource": [f"arn:aws:s3:::{site}", f"arn:aws:s3:::{site}/*"],
    }
    aws("s3").delete_public_access_block(Bucket=site)
    policy = json.dumps({"Version": "2012-10-17", "Statement": [everybody]})
    aws("s3").put_bucket_policy(Bucket=site, Policy=policy)
    custom = {"OriginProtocolPolicy": "http-only"}
    origin = {"Id": "site", "DomainName": f"{site}.s3-website-us-east-1.amazonaws.com", "CustomOriginConfig": custom}
    visitor = visit(deploy({"Distribution": distribution([origin], behavior("site"))}))
    assert [visitor.get(path).text for path in ("/", "/app/")] == [PAGES["index.html"], "inner"]
    assert (visitor.get("/app").status_code, visitor.get("/app").headers["location"]) == (302, "/app/")
    missing = visitor.get("/missing")
    assert (missing.status_code, missing.text) == (404, PAGES["error.html"])
    moved = visitor.get("/old/page.html")
    assert (moved.status_code, moved.headers["location"]) == (301, "/app/page.html")


CORS_ORIGIN = "88a5eaf4-2fd4-4709-b370-b4c650ea3fcf"  # the managed origin request policy CORS-S3Origin


def test_a_bucket_answers_other_origins_as_its_rules_say(deploy, visit, site, aws):
    rules = [{"AllowedOrigins": ["https://app.example"], "AllowedMethods": ["GET"], "AllowedHeaders": ["x-own"]}]
    aws("s3").put_bucket_cors(Bucket=site, CORSConfiguration={"CORSRules": rules})
    default = behavior(site, OriginRequestPolicyId=CORS_ORIGIN, AllowedMethods=["GET", "HEAD", "OPTIONS"])
    visitor = visit(deploy({**readable(site), "Distribution": distribution([bucket_origin(site)], default)}))
    for origin, status, allowed in (
        ("https://app.example", 200, "https://app.example"),
        ("https://evil.example", 403, None),
    ):
        asked = {"Origin": origin, "Access-Control-Request-Method": "GET", "Access-Control-Request-Headers": "x-own"}
        preflight = visitor.get("/index.html", "OPTIONS", headers=asked)
        assert (preflight.status_code, preflight.headers.get("access-control-allow-origin")) == (status, allowed)
        answer = visitor.get("/index.html", headers={"Origin": origin})
        assert (answer.status_code, answer.headers.get("access-control-allow-origin")) == (200, allowed)
