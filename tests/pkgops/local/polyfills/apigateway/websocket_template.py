"""WebSocket APIs whose functions post to their connections, fail, refuse connections, or may not be invoked."""

from __future__ import annotations

from typing import Any

SELECTION = {"RouteSelectionExpression": "$request.body.action"}

CODE = """
import boto3, json, time

def handler(event, context):
    context_ = event["requestContext"]
    print("route", context_["routeKey"])
    body = event.get("body") or ""
    if body == "fail":
        raise RuntimeError("no")
    if body == "where":
        body = f"post {context_['domainName']}/{context_['stage']} {context_['connectionId']}"
    if body.startswith(("post", '{"post"')):
        endpoint = f"https://{context_['domainName']}/{context_['stage']}"
        client = boto3.client("apigatewaymanagementapi", endpoint_url=endpoint)
        times = int(body[4:] or 1) if body[4:].isdigit() else 1
        try:
            client.post_to_connection(ConnectionId=context_["connectionId"], Data=body.encode() * times)
        except client.exceptions.PayloadTooLargeException:
            client.post_to_connection(ConnectionId=context_["connectionId"], Data=b"too large")
    return {"statusCode": 200, "body": "returned " + body}
"""

GATE = """
def handler(event, context):
    status = event["queryStringParameters"]["status"]
    if status == "fail":
        raise RuntimeError("no")
    return {"statusCode": int(status), "body": "private"}
"""


def gate(role: str) -> dict[str, Any]:
    """``$connect`` answers with the status that a client asks for, or fails."""
    api = resource("ApiGatewayV2::Api", Name="contract-gate", ProtocolType="WEBSOCKET", **SELECTION)
    stage = resource("ApiGatewayV2::Stage", ApiId={"Ref": "Api"}, StageName="live", AutoDeploy=True)
    made = {**function("Gate", role, GATE), **route("Gate", "$connect"), **permission("Gate", "$connect")}
    return {"Resources": {"Api": api, "Stage": stage, **made}}


def template(role: str) -> dict[str, Any]:
    """``$default`` says nothing, ``{"action": "told"}`` asks for what is returned, ``barred`` may not be invoked."""
    api = resource("ApiGatewayV2::Api", Name="contract-socket", ProtocolType="WEBSOCKET", **SELECTION)
    stage = resource("ApiGatewayV2::Stage", ApiId={"Ref": "Api"}, StageName="live", AutoDeploy=True)
    routes = {
        **route("Default", "$default"),
        **route("Default", "told", RouteResponseSelectionExpression="$default"),
        **route("Barred", "barred"),
        **permission("Default", "$default"),
        **permission("Default", "told"),
    }
    return {
        "Resources": {"Api": api, "Stage": stage, **function("Default", role), **function("Barred", role), **routes}
    }


def function(name: str, role: str, source: str = CODE) -> dict[str, Any]:
    uri = f"arn:aws:apigateway:us-east-1:lambda:path/2015-03-31/functions/${{{name}.Arn}}/invocations"
    code = {"Code": {"ZipFile": source}, "Handler": "index.handler", "Runtime": "python3.12"}
    integration = {"IntegrationType": "AWS_PROXY", "IntegrationUri": {"Fn::Sub": uri}}
    return {
        name: resource("Lambda::Function", Role=role, Timeout=10, **code),
        f"{name}Integration": resource("ApiGatewayV2::Integration", ApiId={"Ref": "Api"}, **integration),
    }


def route(function: str, key: str, **more: str) -> dict[str, Any]:
    target = {"Fn::Sub": f"integrations/${{{function}Integration}}"}
    made = resource("ApiGatewayV2::Route", ApiId={"Ref": "Api"}, RouteKey=key, Target=target, **more)
    return {f"{key.strip('$').capitalize()}Route": made}


def permission(function: str, key: str) -> dict[str, Any]:
    source = {"Fn::Sub": f"arn:aws:execute-api:us-east-1:${{AWS::AccountId}}:${{Api}}/*/{key}"}
    allowed = {"Action": "lambda:InvokeFunction", "Principal": "apigateway.amazonaws.com"}
    name = {"Fn::GetAtt": [function, "Arn"]}
    made = resource("Lambda::Permission", FunctionName=name, SourceArn=source, **allowed)
    return {f"{key.strip('$').capitalize()}Permission": made}


def resource(kind: str, **properties: Any) -> dict[str, Any]:
    return {"Type": f"AWS::{kind}", "Properties": properties}
