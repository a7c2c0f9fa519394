"""A REST API that echoes what its handler is given, with everything the contract is about."""

from __future__ import annotations

ECHO = """
import json, time
def handler(event, context):
    name = (event.get("pathParameters") or {}).get("name")
    if name == "boom": raise RuntimeError("secret detail")
    if name == "plain": return "no response"
    if name == "extra": return {"statusCode": 200, "body": "x", "cookies": []}
    if name == "object": return {"statusCode": 200, "body": {"not": "text"}}
    if name == "lines": return {"statusCode": 200, "headers": {"X-Line": "a\\nb"}, "body": "x"}
    if name == "several": return {"statusCode": 200, "multiValueHeaders": {"X-Line": ["a", "a\\nb"]}, "body": "x"}
    if event["pathParameters"] == {"ecosystem": "slow"}: time.sleep(2)
    if name == "large": return {"statusCode": 200, "body": "x" * 5000}
    if name == "huge": return {"statusCode": 200, "body": "x" * 7_000_000}
    if name == "cookies":
        return {"statusCode": 200, "headers": {"X-Count": 3}, "multiValueHeaders": {"Set-Cookie": ["a=1", "b=2"]}}
    return {"statusCode": 200, "headers": {"content-type": "application/json"}, "body": json.dumps(event)}
"""
CORS = {
    "gatewayresponse.header.Access-Control-Allow-Origin": "'https://pkgwatch.dev'",
    "gatewayresponse.header.Access-Control-Allow-Credentials": "'true'",
}
PREFLIGHT = {
    "method.response.header.Access-Control-Allow-Origin": "'https://pkgwatch.dev'",
    "method.response.header.Vary": "'Origin'",
}


def ref(name):
    return {"Ref": name}


def resource(parent, part):
    return {
        "Type": "AWS::ApiGateway::Resource",
        "Properties": {"RestApiId": ref("Api"), "ParentId": parent, "PathPart": part},
    }


def method(where, verb, **more):
    uri = "arn:aws:apigateway:${AWS::Region}:lambda:path/2015-03-31/functions/${Function.Arn}/invocations"
    integration = {"Type": "AWS_PROXY", "IntegrationHttpMethod": "POST", "Uri": {"Fn::Sub": uri}}
    integration |= more.pop("integration", {})
    properties = {
        "RestApiId": ref("Api"),
        "ResourceId": where,
        "HttpMethod": verb,
        "AuthorizationType": "NONE",
        "Integration": integration,
        **more,
    }
    return {"Type": "AWS::ApiGateway::Method", "Properties": properties}


def typed(kind, **properties):
    return {"Type": f"AWS::ApiGateway::{kind}", "Properties": {"RestApiId": ref("Api"), **properties}}


def preflight():
    mock = {
        "Type": "MOCK",
        "RequestTemplates": {"application/json": '{"statusCode": 204}'},
        "IntegrationResponses": [{"StatusCode": "204", "ResponseParameters": PREFLIGHT}],
    }
    properties = {
        "RestApiId": ref("Api"),
        "ResourceId": ref("Name"),
        "HttpMethod": "OPTIONS",
        "AuthorizationType": "NONE",
        "Integration": mock,
        "MethodResponses": [{"StatusCode": "204", "ResponseParameters": dict.fromkeys(PREFLIGHT, True)}],
    }
    return {"Type": "AWS::ApiGateway::Method", "Properties": properties}


def echo(role):
    """The function behind the API, and the API's permission to call it."""
    function = {
        "Runtime": "python3.12",
        "Handler": "index.handler",
        "Role": role,
        "Timeout": 10,
        "Code": {"ZipFile": ECHO},
    }
    permission = {
        "FunctionName": ref("Function"),
        "Action": "lambda:InvokeFunction",
        "Principal": "apigateway.amazonaws.com",
        "SourceArn": {"Fn::Sub": "arn:aws:execute-api:${AWS::Region}:${AWS::AccountId}:${Api}/*/*/packages/*"},
    }
    return {
        "Function": {"Type": "AWS::Lambda::Function", "Properties": function},
        "Permission": {"Type": "AWS::Lambda::Permission", "Properties": permission},
    }


def validation():
    """A validated body and the documented answers of the gateway itself."""
    schema = {
        "$schema": "http://json-schema.org/draft-04/schema#",
        "type": "object",
        "properties": {"email": {"type": "string", "format": "email", "maxLength": 254}},
        "required": ["email"],
        "additionalProperties": False,
    }
    invalid = '{"error":{"code":"validation_error","message":"$context.error.validationErrorString"}}'
    models = {"application/json": ref("Model")}
    return {
        "Validator": typed("RequestValidator", Name="body", ValidateRequestBody=True),
        "Model": typed("Model", Name="Signup", ContentType="application/json", Schema=schema),
        "PostSignup": method(ref("Signup"), "POST", RequestValidatorId=ref("Validator"), RequestModels=models),
        "Default4": typed("GatewayResponse", ResponseType="DEFAULT_4XX", ResponseParameters=CORS),
        "Default5": typed("GatewayResponse", ResponseType="DEFAULT_5XX", ResponseParameters=CORS),
        "BadBody": typed(
            "GatewayResponse",
            ResponseType="BAD_REQUEST_BODY",
            StatusCode="400",
            ResponseParameters=CORS,
            ResponseTemplates={"application/json": invalid},
        ),
    }


def template(role):
    root = {"Fn::GetAtt": ["Api", "RootResourceId"]}
    routes = {
        "Packages": resource(root, "packages"),
        "Ecosystem": resource(ref("Packages"), "{ecosystem}"),
        "Name": resource(ref("Ecosystem"), "{name}"),
        "Hidden": resource(root, "hidden"),
        "Signup": resource(ref("Packages"), "signup"),
        "Get": method(ref("Name"), "GET"),
        "GetHidden": method(ref("Hidden"), "GET"),
        "GetShort": method(ref("Ecosystem"), "GET", integration={"TimeoutInMillis": 300}),
        "Options": preflight(),
        **validation(),
    }
    api = {
        "Type": "AWS::ApiGateway::RestApi",
        "Properties": {"Name": "contract", "MinimumCompressionSize": 1024},
    }
    deployed = {
        "Deployment": typed("Deployment") | {"DependsOn": list(routes)},
        "Stage": typed("Stage", StageName="v1", DeploymentId=ref("Deployment")),
    }
    address = {"Fn::Sub": "https://${Api}.execute-api.${AWS::Region}.amazonaws.com/v1"}
    resources = {**echo(role), "Api": api, **routes, **deployed}
    return {"Resources": resources, "Outputs": {"ApiUrl": {"Value": address}}}
