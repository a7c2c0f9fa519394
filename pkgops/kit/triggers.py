"""Triggers of functions: the routes, streams, queues and schedules that invoke them, a row each."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from troposphere import GetAtt, awslambda, events

from pkgops.kit.contract import Body, Contract
from pkgops.kit.naming import logical_id, pascal_case
from pkgops.scope import Scope

# A route of another method is accepted by cfn-lint, and refused by AWS in the middle of a deployment.
_METHODS = ("ANY", "DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT")


@dataclass(frozen=True, slots=True)
class Route:
    """``"GET /packages/{ecosystem}/{name}"`` of the stack's REST API.

    ``contract`` is documented for callers; of it only the body affects the API, which validates it.
    ``cache_keys`` (``path.name``, ``header.Origin``) distinguish responses if the API caches.
    """

    route: str
    contract: Contract | None = None
    cache_keys: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        _require_form(self.route)

    @property
    def body(self) -> Body | None:
        """The body that the API validates, None if it validates none."""
        found = self.contract.body if self.contract else None
        return found if isinstance(found, Body) else None

    @property
    def method(self) -> str:
        """GET, POST, ..."""
        return self.route.split(" ")[0]

    @property
    def path(self) -> str:
        """The path with its parameters in braces."""
        return self.route.split(" ")[1]


@dataclass(frozen=True, slots=True)
class StreamTrigger:
    """New records of a table's stream. ``pattern`` filters them; a batch that fails
    ``retries`` times is described to the queue ``failures`` (an ARN)."""

    arn: Any
    failures: Any
    pattern: Mapping[str, Any]
    batch: int = 10
    retries: int = 3


@dataclass(frozen=True, slots=True)
class QueueTrigger:
    """A queue by its ARN: up to ``batch`` messages, waiting ``window`` seconds for them, at most
    ``concurrency`` invocations at a time. Handlers report failed messages one by one."""

    arn: Any
    batch: int = 10
    window: int = 0
    concurrency: int | None = None


@dataclass(frozen=True, slots=True)
class Schedule:
    """An EventBridge rule of the documented ``name``: ``cron(...)`` in UTC or ``rate(...)``."""

    name: str
    expression: str
    input: Mapping[str, Any] | None = None
    enabled: bool = True
    description: str = ""


@dataclass(frozen=True, slots=True)
class HttpRoute:
    """``"GET /batches/{id}"`` of the stack's HTTP API. Where that has an authorizer, callers need a token it accepts,
    unless the route is ``public``."""

    route: str
    public: bool = False

    def __post_init__(self) -> None:
        if self.route != "$default":
            _require_form(self.route)


@dataclass(frozen=True, slots=True)
class WebSocketRoute:
    """A route of the stack's WebSocket API: ``$connect``, ``$disconnect``, ``$default``, or a value of its selection
    expression."""

    route: str


@dataclass(frozen=True, slots=True)
class FunctionUrl:
    """An address of the function's own. ``auth`` is "AWS_IAM", or "NONE" for one that everyone on the internet may
    call; pages of ``origins`` may call it. It reaches the newest code, not the alias of a canary. A ``streaming`` one
    passes answers on while they are made."""

    auth: str = "AWS_IAM"
    origins: tuple[str, ...] = ()
    methods: tuple[str, ...] = ("*",)
    headers: tuple[str, ...] = ()
    streaming: bool = False


Trigger = FunctionUrl | Route | HttpRoute | WebSocketRoute | StreamTrigger | QueueTrigger | Schedule


class _Concurrency(awslambda.ScalingConfig):
    """troposphere 4.11 has two properties of this name and uses the wrong one for event sources."""

    props: ClassVar[dict[str, Any]] = {"MaximumConcurrency": (int, False)}


def _require_form(route: str) -> None:
    method, _, path = route.partition(" ")
    if method not in _METHODS or not path.startswith("/") or " " in path:
        raise ValueError(f'Route {route!r} is not of the form "GET /path/{{name}}"; methods: {", ".join(_METHODS)}')


def add_trigger(scope: Scope, function_id: str, target: Any, trigger: Trigger) -> None:
    """Adds the resources that make ``trigger`` invoke ``target`` (the ARN or name of a function or alias). Routes are
    added by their API, which needs all of them at once."""
    if isinstance(trigger, StreamTrigger):
        _stream(scope, function_id, target, trigger)
    elif isinstance(trigger, QueueTrigger):
        _queue(scope, function_id, target, trigger)
    elif isinstance(trigger, Schedule):
        _schedule(scope, function_id, target, trigger)
    elif isinstance(trigger, FunctionUrl):
        _url(scope, function_id, trigger)


def _url(scope: Scope, function_id: str, row: FunctionUrl) -> None:
    function = f"{function_id}Function"
    extra: dict[str, Any] = {}
    if row.origins:
        headers = {"AllowHeaders": list(row.headers)} if row.headers else {}
        extra["Cors"] = awslambda.Cors(AllowOrigins=list(row.origins), AllowMethods=list(row.methods), **headers)
    if row.streaming:
        extra["InvokeMode"] = "RESPONSE_STREAM"
    scope.add(awslambda.Url(f"{function_id}Url", AuthType=row.auth, TargetFunctionArn=GetAtt(function, "Arn"), **extra))
    if row.auth == "NONE":  # Lambda wants both; the second counts for calls of the URL alone
        everyone = {"FunctionName": GetAtt(function, "Arn"), "Principal": "*"}
        opened = {"Action": "lambda:InvokeFunctionUrl", "FunctionUrlAuthType": "NONE", **everyone}
        invoked = {"Action": "lambda:InvokeFunction", "InvokedViaFunctionUrl": True, **everyone}
        scope.add(awslambda.Permission(f"{function_id}UrlPermission", **opened))
        scope.add(awslambda.Permission(f"{function_id}UrlInvokePermission", **invoked))
        for rule, made in (("P502", "Url"), ("P106", "UrlPermission"), ("P106", "UrlInvokePermission")):
            scope.accept(rule, f"{function_id}{made}", reason="declared public by FunctionUrl")


def _stream(scope: Scope, function_id: str, target: Any, row: StreamTrigger) -> None:
    scope.add(
        awslambda.EventSourceMapping(
            f"{function_id}Stream",
            EventSourceArn=row.arn,
            FunctionName=target,
            StartingPosition="LATEST",
            BatchSize=row.batch,
            MaximumRetryAttempts=row.retries,
            FunctionResponseTypes=["ReportBatchItemFailures"],
            FilterCriteria=awslambda.FilterCriteria(
                Filters=[awslambda.Filter(Pattern=json.dumps(row.pattern, separators=(",", ":")))]
            ),
            DestinationConfig=awslambda.DestinationConfig(OnFailure=awslambda.OnFailure(Destination=row.failures)),
        )
    )


def _queue(scope: Scope, function_id: str, target: Any, row: QueueTrigger) -> None:
    extra: dict[str, Any] = {}
    if row.window:
        extra["MaximumBatchingWindowInSeconds"] = row.window
    if row.concurrency:
        extra["ScalingConfig"] = _Concurrency(MaximumConcurrency=row.concurrency)
    scope.add(
        awslambda.EventSourceMapping(
            f"{function_id}Queue",
            EventSourceArn=row.arn,
            FunctionName=target,
            BatchSize=row.batch,
            FunctionResponseTypes=["ReportBatchItemFailures"],
            **extra,
        )
    )


def _schedule(scope: Scope, function_id: str, target: Any, row: Schedule) -> None:
    rule_id = logical_id(scope, row.name, "Rule")
    extra = {"Input": json.dumps(row.input, separators=(",", ":"))} if row.input is not None else {}
    about = {"Description": row.description} if row.description else {}
    scope.add(
        events.Rule(
            rule_id,
            Name=scope.named(row.name),
            ScheduleExpression=row.expression,
            State="ENABLED" if row.enabled else "DISABLED",
            Targets=[events.Target(Arn=target, Id=pascal_case(function_id), **extra)],
            **about,
        )
    )
    scope.add(
        awslambda.Permission(
            f"{rule_id}Permission",
            Action="lambda:InvokeFunction",
            FunctionName=target,
            Principal="events.amazonaws.com",
            SourceArn=GetAtt(rule_id, "Arn"),
        )
    )
