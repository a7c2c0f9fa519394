"""A function's URL as an origin: called as the distribution, in this process.

So no path of the application is taken for one of the emulator's own, and what CloudFront signs needs no signature: who
may call is decided by the function's policy, as on AWS.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator
from dataclasses import replace
from typing import Any
from urllib.parse import parse_qs, unquote

from pkgops.local.edge.messages import Headers, Request, Response
from pkgops.local.edge.settings import Origin
from pkgops.local.hooks import request as sent

_SERVICE = "cloudfront.amazonaws.com"
_ACTIONS = ("lambda:InvokeFunctionUrl", "lambda:InvokeFunction")  # AWS wants both
# What stands for CloudFront's signature, which the emulator only looks at the beginning of.
_SIGNED = "AWS4-HMAC-SHA256 Credential=cloudfront"
_FORBIDDEN = b'{"Message":"Forbidden"}'


async def serve(url: str, origin: Origin, distribution: str, request: Request) -> Response:
    """The function's answer; 403 unless its policy lets the distribution, or everybody, call it. TimeoutError if it
    takes longer than the origin has. ``url`` is the first label of its address, ``distribution`` an ARN."""
    from ministack.services import lambda_svc

    found = lambda_svc.resolve_function_url(url)
    if found is None:
        return _answer(403, {"Content-Type": "application/json"}, _FORBIDDEN)
    if found[4].get("AuthType") == "AWS_IAM":
        if not _signs(origin, request):
            return _answer(403, {"Content-Type": "application/json"}, _FORBIDDEN)
        headers = request.headers.copy()
        headers.put("Authorization", _SIGNED)
        request = replace(request, headers=headers)
        caller = _SERVICE
    else:
        caller = ""
    if not all(_allowed(found, action, caller, distribution) for action in _ACTIONS):
        return _answer(403, {"Content-Type": "application/json"}, _FORBIDDEN)
    seconds = origin.custom.read_timeout if origin.custom else None
    sent.raw_path.set(request.uri)
    sent.raw_query.set(request.query)
    answered = lambda_svc.handle_function_url_request(
        url,
        request.method,
        unquote(request.uri),
        request.headers.joined(),
        request.body,
        parse_qs(request.query, keep_blank_values=True),
        resolved=found,
        source_ip=request.client,
    )
    return _answer(*await asyncio.wait_for(answered, seconds))


def _allowed(found: Any, action: str, service: str, distribution: str) -> bool:
    """Whether the function's policy allows the action to the distribution, "" for everybody."""
    from ministack.core.iam_evaluator import EvalContext, evaluate_resource_policy
    from ministack.services import lambda_svc

    account, region, name, qualifier, url = found
    record, _, _ = lambda_svc._get_func_record_for_ref_in_scope(name, account_id=account, region=region)
    keys = {"lambda:functionurlauthtype": url.get("AuthType", ""), "lambda:invokedviafunctionurl": "true"}
    if service:
        keys |= {"aws:sourcearn": distribution, "aws:sourceaccount": distribution.split(":")[4]}
    ending = f":{qualifier}" if qualifier else ""
    context = EvalContext(
        principal_arn="*",
        principal_type="Service" if service else "Anonymous",
        principal_account="",
        action=action,
        resource_arn=f"arn:aws:lambda:{region}:{account}:function:{name}{ending}",
        region=region,
        service_context=keys,
    )
    policy = json.dumps((record or {}).get("policy") or {"Version": "2012-10-17", "Statement": []})
    return bool(evaluate_resource_policy(policy, context, service=service or None).decision == "Allow")


def _signs(origin: Origin, request: Request) -> bool:
    """Whether the origin's access control has the request signed."""
    from ministack.services import cloudfront

    control = cloudfront._oacs.get(origin.control) if origin.control else None
    behavior = control["SigningBehavior"] if control else "never"
    return behavior == "always" or (behavior == "no-override" and "authorization" not in request.headers)


def _answer(status: int, headers: Any, body: Any) -> Response:
    return Response(status, Headers(_lines(headers)), body.encode() if isinstance(body, str) else body or b"")


def _lines(headers: Any) -> Iterator[tuple[str, str]]:
    for name, value in headers.items() if isinstance(headers, dict) else headers:
        for one in value if isinstance(value, list | tuple) else (value,):
            yield str(name), str(one)
