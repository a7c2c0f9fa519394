"""CloudFront Functions: a few lines of JavaScript that see every request or response of a distribution."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from troposphere import GetAtt, cloudfront

from pkgops.kit.naming import logical_id
from pkgops.scope import Scope

MAX_SIZE = 10_240  # bytes of code, CloudFront quota


@dataclass(frozen=True, slots=True)
class CloudFrontFunction:
    """A function called ``name``; ``code`` defines ``handler(event)``. It cannot use the network, files or a clock that
    counts in less than milliseconds, and has about a millisecond."""

    name: str
    code: str
    comment: str = ""
    runtime: str = "cloudfront-js-2.0"


@dataclass(frozen=True, slots=True)
class CloudFrontFunctionResource:
    """A function in its template, published; ``arn`` is what a behavior associates."""

    resource: Any
    arn: Any


def cloudfront_function(scope: Scope, row: CloudFrontFunction) -> CloudFrontFunctionResource:
    """Adds the function and publishes it. ValueError if its code is too large for CloudFront."""
    size = len(row.code.encode())
    if size > MAX_SIZE:
        raise ValueError(f"The code of {row.name} has {size} bytes; CloudFront accepts {MAX_SIZE}")
    made = scope.add(
        cloudfront.Function(
            logical_id(scope, row.name, "ViewerFunction"),
            Name=scope.named(row.name),
            AutoPublish=True,
            FunctionCode=row.code,
            FunctionConfig=cloudfront.FunctionConfig(Comment=row.comment or row.name, Runtime=row.runtime),
        )
    )
    return CloudFrontFunctionResource(made, GetAtt(made, "FunctionARN"))
