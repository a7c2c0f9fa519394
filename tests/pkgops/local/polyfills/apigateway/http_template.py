"""An HTTP API with everything the contract is about."""

from __future__ import annotations

ORIGIN = "https://shop.example"
ECHO = """
import time
def handler(event, context):
    wanted = event["rawPath"]
    if wanted == "/echo/boom": raise RuntimeError("secret detail")
    if wanted == "/echo/status": return {"statusCode": "many", "body": "x"}
    if wanted == "/echo/object": return {"statusCode": 200, "body": {"not": "text"}}
    if wanted == "/echo/large": return {"statusCode": 200, "body": "x" * 7_000_000}
    if wanted == "/echo/lines": return {"statusCode": 200, "headers": {"X-Line": "a\\r\\nSet-Cookie: b=1"}, "body": "x"}
    if wanted == "/echo/name": return {"statusCode": 200, "headers": {"X Name": "a"}, "body": "x"}
    if wanted == "/echo/cookie": return {"statusCode": 200, "cookies": ["a=1\\nX: y"], "body": "x"}
    if wanted == "/echo/early": return {"statusCode": 103, "body": "x"}
    if wanted == "/echo/none": return {"statusCode": 204, "body": None}
    if wanted == "/echo/text": return {"statusCode": "201", "headers": {"X-Yes": True, "X-Count": 3}, "body": "x"}
    if wanted == "/slow": time.sleep(2)
    if wanted == "/echo/id": return {"id": event["requestContext"]["requestId"]}
    return {"plain": wanted}
"""


def ref(name):
    return {"Ref": name}


def typed(kind, **properties):
    return {"Type": f"AWS::ApiGatewayV2::{kind}", "Properties": {"ApiId": ref("Api"), **properties}}


def function(role, **more):
    properties = {
        "Runtime": "python3.12",
        "Handler": "index.handler",
        "Role": role,
        "Timeout": 10,
        "Code": {"ZipFile": ECHO},
        **more,
    }
    return {"Type": "AWS::Lambda::Function", "Properties": properties}


def integration(name, **more):
    uri = {"Fn::GetAtt": [name, "Arn"]}
    return typed("Integration", IntegrationType="AWS_PROXY", IntegrationUri=uri, PayloadFormatVersion="2.0", **more)


def route(key, name):
    return typed("Route", RouteKey=key, Target={"Fn::Join": ["/", ["integrations", ref(name)]]})


def template(role):
    cors = {"AllowOrigins": [ORIGIN], "AllowMethods": ["*"]}
    resources = {
        "Api": {
            "Type": "AWS::ApiGatewayV2::Api",
            "Properties": {"Name": "contract", "ProtocolType": "HTTP", "CorsConfiguration": cors},
        },
        "Stage": typed("Stage", StageName="$default", AutoDeploy=True),
        "Echo": function(role),
        "Stopped": function(role, ReservedConcurrentExecutions=0),
        "ToEcho": integration("Echo"),
        "ToSlow": integration("Echo", TimeoutInMillis=300),
        "ToStopped": integration("Stopped"),
        "EchoRoute": route("ANY /echo/{what}", "ToEcho"),
        "SlowRoute": route("GET /slow", "ToSlow"),
        "StoppedRoute": route("GET /stopped", "ToStopped"),
    }
    address = {"Fn::Sub": "https://${Api}.execute-api.${AWS::Region}.amazonaws.com"}
    return {"Resources": resources, "Outputs": {"ApiUrl": {"Value": address}}}
