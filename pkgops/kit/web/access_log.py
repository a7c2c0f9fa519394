"""Access logs of APIs: what was called, how it ended, how long it took.

Neither addresses nor query strings are logged: they would be personal data, and tokens.
"""

from __future__ import annotations

import json
import re
from typing import Any

from troposphere import logs

from pkgops.scope import Scope

_BOTH = {
    "requestId": "$context.requestId",
    "time": "$context.requestTimeEpoch",
    "method": "$context.httpMethod",
    "status": "$context.status",
    "bytes": "$context.responseLength",
    "milliseconds": "$context.responseLatency",
    "integrationMilliseconds": "$context.integrationLatency",
    "error": "$context.error.message",
}
REST_FORMAT = json.dumps(
    {**_BOTH, "route": "$context.resourcePath", "integrationError": "$context.integrationErrorMessage"}
)
HTTP_FORMAT = json.dumps(
    {**_BOTH, "route": "$context.routeKey", "integrationError": "$context.integrationErrorMessage"}
)
"""A line for each call, in JSON. Paths are those of the routes, with names in place of what callers sent."""


def access_log(scope: Scope, name: str, days: int, *, http: bool) -> Any:
    """Adds the log group of an API's calls and returns it: ``/aws/apigateway/<name>``, for an HTTP API
    ``/aws/apigateway/http/<name>``, because a stack may have a REST API of the same name."""
    physical = re.sub(r"[^a-z0-9-]+", "-", scope.named(name).lower())
    title, folder = ("HttpApiCallsLogGroup", "http/") if http else ("ApiCallsLogGroup", "")
    return scope.add(logs.LogGroup(title, LogGroupName=f"/aws/apigateway/{folder}{physical}", RetentionInDays=days))
