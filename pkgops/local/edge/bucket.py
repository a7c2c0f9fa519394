"""A bucket as an origin: read as the distribution's identity, as far as the bucket's policy lets that."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any
from urllib.parse import unquote

from pkgops.local.edge.messages import Headers, Request, Response
from pkgops.local.edge.settings import Origin

_DENIED = "Access Denied"


def read(bucket: str, origin: Origin, distribution: str, request: Request) -> Response:
    """The bucket's answer. A key that is missing is only admitted to who may list the bucket. Blocks."""
    from ministack.services import s3

    owner = s3._bucket_owner_account(bucket)
    if owner is None:
        return _answer(s3._no_such_bucket(bucket))
    key = unquote(request.uri).removeprefix("/")
    if request.method == "OPTIONS":
        return _answer(s3.cors_preflight(bucket, key, request.headers.joined()))
    if request.method not in ("GET", "HEAD"):
        text = "The specified method is not allowed against this resource."
        return _answer(s3._error("MethodNotAllowed", text, 405, f"/{bucket}/{key}"))
    caller = _Caller(bucket, owner, origin, request, distribution)
    objects = s3._buckets.get_scoped(owner, None, bucket)["objects"]
    if not caller.may("s3:GetObject", key) or (key not in objects and not caller.may("s3:ListBucket", "")):
        return _answer(s3._error("AccessDenied", _DENIED, 403, f"/{bucket}/{key}"))
    headers = request.headers.joined()
    get = s3._head_object if request.method == "HEAD" else s3._get_object
    answer = _answer(get(bucket, key, headers, {}))
    for name, value in s3.cors_response_headers(bucket, request.method, headers).items():
        answer.headers.put(name, str(value))
    return answer if request.method == "GET" else replace(answer, body=b"")


def bucket_of(domain: str) -> str:
    """The bucket whose REST address the domain is, "" if it is another one."""
    from ministack.services import cloudfront

    return str(cloudfront._s3_origin_bucket(domain) or "")


class _Caller:
    """Who CloudFront is to the bucket: its identity, the service itself, or a stranger."""

    def __init__(self, bucket: str, owner: str, origin: Origin, request: Request, distribution: str) -> None:
        self._bucket, self._owner = bucket, owner
        self._identity = origin.identity
        self._distribution = distribution if not origin.identity and _signs(origin, request) else ""
        self._secure = request.secure or bool(self._distribution)

    def may(self, action: str, key: str) -> bool:
        """Whether the bucket's policy or its access lists allow it."""
        from ministack.core.iam_evaluator import EvalContext, evaluate_resource_policy
        from ministack.services import s3

        policy = s3._bucket_policies.get_scoped(self._owner, None, self._bucket)
        if policy and (self._identity or self._distribution):
            keys = {"aws:securetransport": str(self._secure).lower()}
            if self._distribution:
                keys |= {"aws:sourcearn": self._distribution, "aws:sourceaccount": self._distribution.split(":")[4]}
            context = EvalContext(
                principal_arn=_user(self._identity) if self._identity else "*",
                principal_type="User" if self._identity else "Service",
                principal_account="",
                action=action,
                resource_arn=f"arn:aws:s3:::{self._bucket}" + (f"/{key}" if key else ""),
                region="us-east-1",
                service_context=keys,
            )
            service = "cloudfront.amazonaws.com" if self._distribution else None
            decision = evaluate_resource_policy(self._named(policy), context, service=service).decision
            if decision in ("Allow", "Deny"):
                return bool(decision == "Allow")
        return bool(s3._foreign_bucket_allows(self._owner, self._bucket, key, "GET", {}, ""))

    def _named(self, policy: Any) -> Any:
        """The policy with the identity's canonical user as the ARN it stands for."""
        if not self._identity:
            return policy
        from ministack.services.cloudformation import provisioners

        canonical = provisioners._cf_oai_attributes(self._identity)["S3CanonicalUserId"]
        document = json.loads(policy) if isinstance(policy, str | bytes) else json.loads(json.dumps(policy))
        statements = document.get("Statement", [])
        for statement in statements if isinstance(statements, list) else [statements]:
            principal = statement.get("Principal")
            users = principal.get("CanonicalUser", []) if isinstance(principal, dict) else []
            if canonical in (users if isinstance(users, list) else [users]):
                others = principal.get("AWS", [])
                principal["AWS"] = [*(others if isinstance(others, list) else [others]), _user(self._identity)]
        return document


def _user(identity: str) -> str:
    return f"arn:aws:iam::cloudfront:user/CloudFront Origin Access Identity {identity}"


def _signs(origin: Origin, request: Request) -> bool:
    """Whether the origin's access control has the request signed."""
    from ministack.services import cloudfront

    control = cloudfront._oacs.get(origin.control) if origin.control else None
    behavior = control["SigningBehavior"] if control else "never"
    return behavior == "always" or (behavior == "no-override" and "authorization" not in request.headers)


def _answer(given: tuple[int, Any, Any]) -> Response:
    status, lines, body = given
    pairs = lines.items() if isinstance(lines, dict) else lines
    return Response(status, Headers((str(name), str(value)) for name, value in pairs), body or b"")
