"""How are streams, queues and schedules connected to a function?"""

from __future__ import annotations

import json
from typing import Any, ClassVar

from troposphere import GetAtt, awslambda, events

from pkgops.kit.ids import camel, logical_id
from pkgops.kit.sources import Queue, Schedule, Source, Stream
from pkgops.scope import Scope


class _Concurrency(awslambda.ScalingConfig):
    """troposphere 4.11 has two properties of this name and keeps the wrong one for event sources."""

    props: ClassVar[dict[str, Any]] = {"MaximumConcurrency": (int, False)}


def connect(scope: Scope, function_id: str, target: Any, source: Source) -> None:
    """Adds what makes ``source`` invoke ``target`` (a function's or alias's ARN or name). Routes are left to
    their API, which needs all of them at once."""
    if isinstance(source, Stream):
        _stream(scope, function_id, target, source)
    elif isinstance(source, Queue):
        _queue(scope, function_id, target, source)
    elif isinstance(source, Schedule):
        _schedule(scope, function_id, target, source)


def _stream(scope: Scope, function_id: str, target: Any, row: Stream) -> None:
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


def _queue(scope: Scope, function_id: str, target: Any, row: Queue) -> None:
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
            Targets=[events.Target(Arn=target, Id=camel(function_id), **extra)],
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
