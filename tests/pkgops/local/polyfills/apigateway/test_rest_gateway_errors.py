"""Contract: whatever a REST API's gateway refuses itself carries the headers of its gateway responses."""

from __future__ import annotations

import json

import httpx
import pytest

from pkgops.local.urls import reachable
from tests.pkgops.local.conftest import Stack
from tests.pkgops.local.polyfills.apigateway.rest_template import CORS, echo, method, ref, resource, typed

pytestmark = pytest.mark.emulator
ORIGIN = "https://pkgwatch.dev"
AUTHORIZER = """
def handler(event, context):
    token = event["authorizationToken"]
    if token == "nobody": raise Exception("Unauthorized")
    if token == "broken": raise RuntimeError("secret detail")
    effect = "Allow" if token == "friend" else "Deny"
    statement = {"Action": "execute-api:Invoke", "Effect": effect, "Resource": event["methodArn"]}
    return {"principalId": token, "policyDocument": {"Version": "2012-10-17", "Statement": [statement]}}
"""


def uri(name):
    path = "arn:aws:apigateway:${AWS::Region}:lambda:path/2015-03-31/functions/${" + name + ".Arn}/invocations"
    return {"Fn::Sub": path}


def routes():
    root = {"Fn::GetAtt": ["Api", "RootResourceId"]}
    return {
        "Packages": resource(root, "packages"),
        "Open": resource(ref("Packages"), "open"),
        "Closed": resource(ref("Packages"), "closed"),
        "Limited": resource(ref("Packages"), "limited"),
        "Stopping": resource(ref("Packages"), "stopped"),
        "Keyed": resource(ref("Packages"), "keyed"),
        "GetOpen": method(ref("Open"), "POST"),
        "GetClosed": method(ref("Closed"), "GET", AuthorizationType="CUSTOM", AuthorizerId=ref("Authorizer")),
        "GetLimited": method(ref("Limited"), "GET"),
        "GetStopped": method(ref("Stopping"), "GET", integration={"Uri": uri("Stopped")}),
        "GetKeyed": method(ref("Keyed"), "GET", ApiKeyRequired=True),
        "Default4": typed("GatewayResponse", ResponseType="DEFAULT_4XX", ResponseParameters=CORS),
        "Default5": typed("GatewayResponse", ResponseType="DEFAULT_5XX", ResponseParameters=CORS),
    }


def functions(role):
    """The echo, a judge of tokens, and a function that is stopped."""
    made = echo(role)
    code, permission = made["Function"]["Properties"], made["Permission"]["Properties"]
    own = {"Judge": {**code, "Code": {"ZipFile": AUTHORIZER}}, "Stopped": {**code, "ReservedConcurrentExecutions": 0}}
    stopped = {"Type": "AWS::Lambda::Permission", "Properties": {**permission, "FunctionName": ref("Stopped")}}
    rows = {name: {"Type": "AWS::Lambda::Function", "Properties": properties} for name, properties in own.items()}
    return made | rows | {"StoppedPermission": stopped}


def template(role):
    limits = {"ThrottlingRateLimit": 0.001, "ThrottlingBurstLimit": 1}
    own = {
        "Api": {"Type": "AWS::ApiGateway::RestApi", "Properties": {"Name": "contract-errors"}},
        "Authorizer": typed(
            "Authorizer",
            Name="judge",
            Type="TOKEN",
            IdentitySource="method.request.header.Authorization",
            AuthorizerUri=uri("Judge"),
            AuthorizerResultTtlInSeconds=0,
        ),
        "Deployment": typed("Deployment") | {"DependsOn": list(routes())},
        "Stage": typed(
            "Stage",
            StageName="v1",
            DeploymentId=ref("Deployment"),
            MethodSettings=[{"HttpMethod": "GET", "ResourcePath": "/packages/limited", **limits}],
        ),
    }
    address = {"Fn::Sub": "https://${Api}.execute-api.${AWS::Region}.amazonaws.com/v1"}
    return {"Resources": functions(role) | routes() | own, "Outputs": {"ApiUrl": {"Value": address}}}


@pytest.fixture(scope="module")
def gateway(aws, role, emulator):
    stack = Stack(aws, "contract-rest-errors")
    aws("cloudformation").create_stack(StackName=stack.name, TemplateBody=json.dumps(template(role)))
    assert stack.expected().status == "CREATE_COMPLETE", stack.reasons
    with httpx.Client(base_url=reachable(stack.outputs["ApiUrl"], emulator.endpoint)) as client:
        yield client
    stack.delete()


def refused(answer, status):
    """The answer's message; the test fails if a page of the API's frontend could not read it."""
    assert answer.status_code == status, answer.text
    assert answer.headers["access-control-allow-origin"] == ORIGIN
    assert answer.headers["access-control-allow-credentials"] == "true"
    return answer.json()["message"]


def closed(gateway, token):
    return gateway.get("/packages/closed", headers={"Authorization": token} if token else {})


@pytest.mark.parametrize(("size", "text"), [(6_400_000, "Request Too Long"), (10_500_000, "exceeded 10485760 bytes")])
def test_a_request_that_is_too_large(gateway, size, text):
    assert text in refused(gateway.post("/packages/open", content=b"x" * size), 413)


def test_an_answer_that_is_too_large(gateway, api):
    assert closed(gateway, "friend").status_code == 200
    answer = api.get("/packages/npm/huge")
    assert (answer.status_code, answer.json()) == (502, {"message": "Internal server error"})
    assert answer.headers["access-control-allow-origin"] == ORIGIN


@pytest.mark.parametrize(
    ("token", "status", "text"),
    [
        ("", 401, "Unauthorized"),
        ("nobody", 401, "Unauthorized"),
        ("stranger", 403, "explicit deny"),
        ("broken", 500, None),
    ],
)
def test_what_the_authorizer_denies(gateway, token, status, text):
    message = refused(closed(gateway, token), status)
    assert message is text or text in message


def test_a_missing_key(gateway):
    assert refused(gateway.get("/packages/keyed"), 403) == "Forbidden"


def test_more_requests_than_the_stage_allows(gateway):
    assert gateway.get("/packages/limited").status_code == 200
    assert refused(gateway.get("/packages/limited"), 429) == "Too Many Requests"


def test_a_function_without_concurrency(gateway):
    assert refused(gateway.get("/packages/stopped"), 500) == "Internal server error"
