"""Which event would a function's own trigger send it?

Realistic, not real: ids are made up, and fields that the templates do not know hold examples.
"""

from __future__ import annotations

import re
import uuid
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from pkgops.build.functions import Function
from pkgops.build.synth import SynthesizedStack, resources
from pkgops.errors import UsageError
from pkgops.model import Stage
from pkgops.operate.invocations.triggers import Trigger, triggers

KINDS = ("api", "sqs", "schedule", "stream", "cognito")
_ACCOUNT = "000000000000"
_PLACEHOLDER = re.compile(r"\{(\w+)\+?\}")
_SOURCES = {  # of Cognito's events, by the name of the trigger
    "PreSignUp": "PreSignUp_SignUp",
    "PostConfirmation": "PostConfirmation_ConfirmSignUp",
    "PreAuthentication": "PreAuthentication_Authentication",
    "PostAuthentication": "PostAuthentication_Authentication",
    "CustomMessage": "CustomMessage_SignUp",
    "PreTokenGeneration": "TokenGeneration_Authentication",
    "DefineAuthChallenge": "DefineAuthChallenge_Authentication",
    "CreateAuthChallenge": "CreateAuthChallenge_Authentication",
    "VerifyAuthChallengeResponse": "VerifyAuthChallengeResponse_Authentication",
    "UserMigration": "UserMigration_Authentication",
}


def generate(function: Function, kind: str, stacks: Sequence[SynthesizedStack], stage: Stage) -> dict[str, Any]:
    """The event that the function's first trigger of that kind would send. UsageError if it has none."""
    there = triggers(function, stacks)
    found = next((one for one in there if one.kind == kind), None)
    if found is None:
        kinds = ", ".join(dict.fromkeys(one.kind for one in there))
        hint = f"Its triggers are: {kinds}." if kinds else "Nothing in the templates starts it; see --payload."
        raise UsageError(f"Nothing of kind {kind} starts {function.short}.", hint)
    make: Mapping[str, Callable[[], dict[str, Any]]] = {
        "api": lambda: _rest(found) if found.version == "1.0" else _http(found),
        "sqs": lambda: _queue(found, stage),
        "schedule": lambda: _schedule(found, stage),
        "stream": lambda: _stream(found, stacks, stage),
        "cognito": lambda: _cognito(found, stage),
    }
    return make[kind]()


def _request(trigger: Trigger) -> tuple[str, str, str, dict[str, str]]:
    """Method, route, path with examples in the place of parameters, and the parameters."""
    method, _, route = trigger.detail.partition(" ")
    method = "GET" if method == "ANY" else method
    parameters = {name: f"example-{name}" for name in _PLACEHOLDER.findall(route)}
    return method, route, _PLACEHOLDER.sub(lambda found: parameters[found[1]], route), parameters


def _rest(trigger: Trigger) -> dict[str, Any]:
    method, route, path, parameters = _request(trigger)
    return {
        "resource": route,
        "path": path,
        "httpMethod": method,
        "headers": {"accept": "application/json", "content-type": "application/json"},
        "multiValueHeaders": {"accept": ["application/json"], "content-type": ["application/json"]},
        "queryStringParameters": None,
        "multiValueQueryStringParameters": None,
        "pathParameters": parameters or None,
        "stageVariables": None,
        "requestContext": {
            "requestId": str(uuid.uuid4()),
            "httpMethod": method,
            "resourcePath": route,
            "path": path,
            "stage": "example",
            "identity": {"sourceIp": "127.0.0.1", "userAgent": "pkgops"},
        },
        "body": None if method in {"GET", "DELETE", "HEAD"} else "{}",
        "isBase64Encoded": False,
    }


def _http(trigger: Trigger) -> dict[str, Any]:
    method, route, path, parameters = _request(trigger)
    event: dict[str, Any] = {
        "version": "2.0",
        "routeKey": f"{trigger.detail.partition(' ')[0]} {route}",
        "rawPath": path,
        "rawQueryString": "",
        "headers": {"accept": "application/json", "content-type": "application/json"},
        "requestContext": {
            "requestId": str(uuid.uuid4()),
            "routeKey": trigger.detail,
            "stage": "$default",
            "http": {
                "method": method,
                "path": path,
                "protocol": "HTTP/1.1",
                "sourceIp": "127.0.0.1",
                "userAgent": "pkgops",
            },
            "timeEpoch": _milliseconds(),
        },
        "isBase64Encoded": False,
    }
    if parameters:
        event["pathParameters"] = parameters
    if method not in {"GET", "DELETE", "HEAD"}:
        event["body"] = "{}"
    return event


def _queue(trigger: Trigger, stage: Stage) -> dict[str, Any]:
    now = str(_milliseconds())
    return {
        "Records": [
            {
                "messageId": str(uuid.uuid4()),
                "receiptHandle": "example",
                "body": "{}",
                "attributes": {
                    "ApproximateReceiveCount": "1",
                    "SentTimestamp": now,
                    "SenderId": "example",
                    "ApproximateFirstReceiveTimestamp": now,
                },
                "messageAttributes": {},
                "md5OfBody": "99914b932bd37a50b983c5e7c90ae93b",
                "eventSource": "aws:sqs",
                "eventSourceARN": f"arn:aws:sqs:{stage.region}:{stage.account or _ACCOUNT}:{_named(trigger)}",
                "awsRegion": stage.region,
            }
        ]
    }


def _schedule(trigger: Trigger, stage: Stage) -> dict[str, Any]:
    from pkgops.operate.schedules import Rule, default_event

    name = str(trigger.resource.get("Name", "example"))
    return default_event(Rule(name, name, ""), stage)


def _stream(trigger: Trigger, stacks: Sequence[SynthesizedStack], stage: Stage) -> dict[str, Any]:
    keys, name = _table(trigger, stacks)
    arn = f"arn:aws:dynamodb:{stage.region}:{stage.account or _ACCOUNT}:table/{name}/stream/2026-01-01T00:00:00.000"
    return {
        "Records": [
            {
                "eventID": uuid.uuid4().hex,
                "eventName": "INSERT",
                "eventVersion": "1.1",
                "eventSource": "aws:dynamodb",
                "awsRegion": stage.region,
                "dynamodb": {
                    "ApproximateCreationDateTime": _milliseconds() // 1000,
                    "Keys": keys,
                    "NewImage": keys,
                    "SequenceNumber": "1",
                    "SizeBytes": 1,
                    "StreamViewType": "NEW_AND_OLD_IMAGES",
                },
                "eventSourceARN": arn,
            }
        ]
    }


def _cognito(trigger: Trigger, stage: Stage) -> dict[str, Any]:
    return {
        "version": "1",
        "region": stage.region,
        "userPoolId": f"{stage.region}_example",
        "userName": str(uuid.uuid4()),
        "callerContext": {"awsSdkVersion": "example", "clientId": "example"},
        "triggerSource": _SOURCES.get(trigger.detail, trigger.detail),
        "request": {"userAttributes": {"email": "user@example.com"}},
        "response": {},
    }


def _table(trigger: Trigger, stacks: Sequence[SynthesizedStack]) -> tuple[dict[str, Any], str]:
    """An example of the keys of the table whose stream it is, and its name; of the first table with a stream if the
    templates leave open which."""
    from pkgops.intrinsics import references

    wanted = set(references(trigger.resource.get("EventSourceArn")))
    everything = [
        (logical_id, table["Properties"])
        for stack in stacks
        for logical_id, table in resources(stack.template, "AWS::DynamoDB::Table", "AWS::DynamoDB::GlobalTable")
        if "StreamSpecification" in table["Properties"]
    ]
    found = next((row for row in everything if row[0] in wanted), everything[0] if everything else ("example", {}))
    properties = found[1]
    types = {row["AttributeName"]: row["AttributeType"] for row in properties.get("AttributeDefinitions", ())}
    names = [row["AttributeName"] for row in properties.get("KeySchema", ())]
    keys = {name: {types.get(name, "S"): "1" if types.get(name) == "N" else f"example-{name}"} for name in names}
    return keys, str(properties.get("TableName", "example"))


def _named(trigger: Trigger) -> str:
    """The name of the queue, where it is in the same template."""
    from pkgops.intrinsics import references

    for name in references(trigger.resource.get("EventSourceArn")):
        queue = trigger.stack.template["Resources"].get(name, {}).get("Properties", {})
        if isinstance(queue.get("QueueName"), str):
            return str(queue["QueueName"])
    return "example"


def _milliseconds() -> int:
    return int(datetime.now(UTC).timestamp() * 1000)
