"""What CloudFront refuses of a distribution's configuration: functions that cannot run at the edge, and what it names
that does not exist."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from itertools import chain
from typing import Any

from pkgops.local.edge.settings import Association, Behavior, Settings

REGION = "us-east-1"
_EVENTS = ("viewer-request", "origin-request", "origin-response", "viewer-response")
_PRINCIPALS = ("lambda.amazonaws.com", "edgelambda.amazonaws.com")
_MEGABYTE = 1_048_576
# At most: seconds, megabytes of memory (None: as Lambda has it), bytes of the zip.
_VIEWER, _ORIGIN = (5, 128, _MEGABYTE), (30, None, 50 * _MEGABYTE)
_LIMITED = (("Timeout", "timeout"), ("MemorySize", "memory"), ("CodeSize", "code"))
_REFUSED = (
    ("Environment.Variables", "have environment variables"),
    ("Layers", "have layers"),
    ("VpcConfig.SubnetIds", "be in a VPC"),
    ("DeadLetterConfig.TargetArn", "have a dead letter queue"),
    ("FileSystemConfigs", "have a file system"),
)
_FUNCTION = "InvalidLambdaFunctionAssociation"


class RefusedError(Exception):
    """CloudFront takes no such configuration; ``code`` is that of its error."""

    def __init__(self, code: str, text: str) -> None:
        super().__init__(text)
        self.code = code


def check(settings: Settings) -> None:
    """Raises `RefusedError` for the first thing that is wrong."""
    from ministack.services import cloudfront

    if settings.root.startswith("/"):
        raise RefusedError("InvalidDefaultRootObject", "The default root object must not begin with a slash.")
    for origin in settings.origins.values():
        if origin.control and origin.control not in cloudfront._oacs:
            text = f"The specified origin access control does not exist: {origin.control}"
            raise RefusedError("InvalidOriginAccessControl", text)
    for behavior in (settings.default, *settings.behaviors):
        _check_names(settings, behavior)
        _check_scripts(behavior)
        for event, association in behavior.functions.items():
            _check_function(event, association)


def _check_names(settings: Settings, behavior: Behavior) -> None:
    from ministack.services import cloudfront

    if behavior.origin not in chain(settings.origins, settings.groups):
        raise RefusedError("NoSuchOrigin", "One or more of your origins or origin groups do not exist.")
    named = (
        ("cache_policy_id", "CachePolicy", "cache policy", cloudfront._cache_policies),
        (
            "origin_request_policy_id",
            "OriginRequestPolicy",
            "origin request policy",
            cloudfront._origin_request_policies,
        ),
        (
            "response_headers_policy_id",
            "ResponseHeadersPolicy",
            "response headers policy",
            cloudfront._response_headers_policies,
        ),
    )
    managed = (
        cloudfront._MANAGED_CACHE_POLICIES,
        cloudfront._MANAGED_ORIGIN_REQUEST_POLICIES,
        cloudfront._MANAGED_RESPONSE_HEADERS_POLICIES,
    )
    for (key, code, words, own), known in zip(named, managed, strict=True):
        id = behavior.record[key]
        if id and id not in own and id not in known:
            raise RefusedError(f"NoSuch{code}", f"The specified {words} does not exist: {id}")


def _check_scripts(behavior: Behavior) -> None:
    from ministack.services import cloudfront

    for event, arn in behavior.scripts.items():
        if event not in ("viewer-request", "viewer-response"):
            raise RefusedError("InvalidFunctionAssociation", f"CloudFront functions have no event {event!r}.")
        if cloudfront.live_function_code(arn) is None:
            text = f"The specified function does not exist in the LIVE stage; publish it first. Function: {arn}"
            raise RefusedError("InvalidFunctionAssociation", text)
    if behavior.scripts and any(event.startswith("viewer") for event in behavior.functions):
        text = "A behavior cannot have a CloudFront function and a Lambda function for viewer events."
        raise RefusedError("InvalidFunctionAssociation", text)


def _check_function(event: str, association: Association) -> None:
    """``association`` as a function of that event; the words are CloudFront's where they are known."""
    from ministack.services import lambda_svc

    arn = association.arn
    parts = arn.split(":")
    if event not in _EVENTS:
        raise RefusedError(_FUNCTION, f"Lambda functions have no event {event!r}.")
    if association.body and not event.endswith("request"):
        raise RefusedError(_FUNCTION, f"IncludeBody is for requests, not for {event} events.")
    if len(parts) < 7 or parts[2] != "lambda" or parts[5] != "function":
        raise RefusedError(_FUNCTION, f"The function ARN is not valid. ARN: {arn}")
    if parts[3] != REGION:
        raise RefusedError(_FUNCTION, f"The function must be in region '{REGION}'. ARN: {arn}")
    if len(parts) != 8 or not parts[7].isdigit():
        version = "The function ARN must reference a specific function version."
        raise RefusedError(_FUNCTION, f"{version} (The ARN must end with the version number.) ARN: {arn}")
    record, config, _ = lambda_svc._get_func_record_for_ref_in_scope(arn, account_id=parts[4], region=REGION)
    if record is None or config is None:
        raise RefusedError(_FUNCTION, f"The function does not exist. ARN: {arn}")
    for text in chain(_wrong(config), _too_much(config, event)):
        raise RefusedError(_FUNCTION, f"{text} Function: {arn}")
    _check_role(config)


def _wrong(config: Mapping[str, Any]) -> Iterator[str]:
    """What functions of the edge cannot have."""
    runtime = str(config.get("Runtime", ""))
    if config.get("PackageType") == "Image":
        yield "The function cannot be a container image."
    elif not runtime.startswith(("python", "nodejs")):
        yield f"The function cannot have the runtime {runtime}."
    if "arm64" in (config.get("Architectures") or []):
        yield "The function must have the architecture x86_64."
    yield from (f"The function cannot {text}." for where, text in _REFUSED if _found(config, where))
    if _found(config, "EphemeralStorage.Size") not in (None, 512):
        yield "The function cannot have more than 512 MB of ephemeral storage."


def _found(config: Mapping[str, Any], where: str) -> Any:
    name, _, inner = where.partition(".")
    value = config.get(name) or {}
    return value.get(inner) if inner else value


def _too_much(config: Mapping[str, Any], event: str) -> Iterator[str]:
    limits = _VIEWER if event.startswith("viewer") else _ORIGIN
    for (setting, what), limit in zip(_LIMITED, limits, strict=True):
        found = int(config.get(setting) or 0)
        if limit and found > limit:
            yield f"The function {what} is larger than the maximum allowed for {event} events: {found} > {limit}."


def _check_role(config: Mapping[str, Any]) -> None:
    from ministack.services import iam

    arn = str(config.get("Role", ""))
    role = iam._roles.get(arn.rpartition("/")[2])
    document = json.loads(role["AssumeRolePolicyDocument"] or "{}") if role else {}
    statements = document.get("Statement", [])
    trusted: set[str] = set()
    for statement in statements if isinstance(statements, list) else [statements]:
        principal = statement.get("Principal")
        named = principal.get("Service", []) if isinstance(principal, dict) else []
        if statement.get("Effect") == "Allow":
            trusted |= {named} if isinstance(named, str) else set(named)
    if not trusted.issuperset(_PRINCIPALS):
        text = (
            "The function execution role must be assumable with edgelambda.amazonaws.com as well as "
            f"lambda.amazonaws.com principals. Update the IAM role and try again. Role: {arn}"
        )
        raise RefusedError(_FUNCTION, text)
