"""What starts a function, according to the templates of its system?"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pkgops.build.functions import Function
from pkgops.build.synth import SynthesizedStack, resources
from pkgops.intrinsics import references, texts

_ALIAS = "AWS::Lambda::Alias"


@dataclass(frozen=True, slots=True)
class Trigger:
    """``kind`` is api, sqs, schedule, stream or cognito; ``resource`` the properties of what starts the function, of
    the stack ``stack``; ``detail`` what the kind needs besides: the method and path of a route ("GET /orders/{id}"),
    the name of a trigger of a user pool ("PreSignUp"). ``version`` is that of an API's events."""

    kind: str
    stack: SynthesizedStack
    resource: Mapping[str, Any]
    detail: str = ""
    version: str = ""


def triggers(function: Function, stacks: Sequence[SynthesizedStack]) -> list[Trigger]:
    """What starts the function, in the order of the templates."""
    known = {stack.key: stack for stack in stacks}

    def meant(stack: SynthesizedStack, value: Any) -> bool:
        return any(_is(function, stack, name, known) for name in references(value))

    return [found for stack in stacks for found in _of_stack(stack, meant)]


def _is(function: Function, stack: SynthesizedStack, name: str, known: Mapping[str, SynthesizedStack]) -> bool:
    """Whether a logical id or parameter of a stack stands for the function, or for an alias of it."""
    if (stack.key, name) == (function.stack, function.logical_id):
        return True
    resource = stack.template.get("Resources", {}).get(name, {})
    if resource.get("Type") == _ALIAS:
        return any(_is(function, stack, one, known) for one in references(resource["Properties"]["FunctionName"]))
    upstream, _, output = {**stack.inputs, **stack.late}.get(name, "").partition(".")
    if upstream not in known:
        return False
    value = known[upstream].template.get("Outputs", {}).get(output, {}).get("Value")
    return any(_is(function, known[upstream], one, known) for one in references(value))


def _of_stack(stack: SynthesizedStack, meant: Any) -> Iterator[Trigger]:
    for logical_id, resource in resources(stack.template):
        properties = resource.get("Properties", {})
        match resource["Type"]:
            case "AWS::ApiGateway::Method" if meant(stack, properties.get("Integration", {}).get("Uri")):
                path = _path(stack, properties.get("ResourceId"))
                yield Trigger("api", stack, properties, f"{properties['HttpMethod']} {path}", "1.0")
            case "AWS::ApiGatewayV2::Integration" if meant(stack, properties.get("IntegrationUri")):
                yield from _routes(stack, logical_id)
            case "AWS::Lambda::EventSourceMapping" if meant(stack, properties.get("FunctionName")):
                yield Trigger(_source(stack, properties.get("EventSourceArn")), stack, properties)
            case "AWS::Events::Rule" if "ScheduleExpression" in properties and meant(stack, properties.get("Targets")):
                yield Trigger("schedule", stack, properties)
            case "AWS::Cognito::UserPool":
                named = (properties.get("LambdaConfig") or {}).items()
                yield from (Trigger("cognito", stack, properties, name) for name, one in named if meant(stack, one))


def _routes(stack: SynthesizedStack, integration: str) -> Iterator[Trigger]:
    """The routes of an HTTP API that lead to an integration; those of a WebSocket API are none."""
    for _, route in resources(stack.template, "AWS::ApiGatewayV2::Route"):
        properties = route["Properties"]
        if integration in references(properties.get("Target")) and " " in properties.get("RouteKey", ""):
            yield Trigger("api", stack, properties, properties["RouteKey"], "2.0")


def _path(stack: SynthesizedStack, reference: Any) -> str:
    """The path of a resource of a REST API."""
    name = next(iter(references(reference)), "")
    resource = stack.template["Resources"].get(name, {})
    if resource.get("Type") != "AWS::ApiGateway::Resource":
        return "/"
    above = _path(stack, resource["Properties"].get("ParentId"))
    return f"{above.rstrip('/')}/{resource['Properties']['PathPart']}"


def _source(stack: SynthesizedStack, arn: Any) -> str:
    """sqs or stream, by where the ARN comes from."""
    told = [*texts(arn), *(stack.inputs.get(name, "") for name in references(arn))]
    return "stream" if any("stream" in one.lower() for one in told) else "sqs"
