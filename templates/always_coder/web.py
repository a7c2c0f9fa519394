"""The web stack: the pages of Always Coder, in a bucket behind CloudFront, for users who are logged in."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from troposphere import Ref, Sub

from pkgops.kit.bucket import Bucket
from pkgops.kit.cdn.distribution import VIEWER_REQUEST, Behavior, Distribution, ErrorPage, distribution
from pkgops.kit.cdn.edge_function import EdgeFunction, EdgeFunctionResource, edge_function
from pkgops.kit.cdn.origins import BucketOrigin, origin_bucket, origin_identity
from pkgops.kit.cdn.response_headers import ResponseHeadersPolicy, response_headers_policy
from pkgops.scope import Scope
from templates.always_coder.users import DOMAIN

CALLBACK = "/auth/callback"
_PACKAGE = "handlers/always_coder/edge"
_PAGES = "pages"


@dataclass(frozen=True, slots=True)
class _Edge:
    """The two functions that see a request before the cache does."""

    gate: EdgeFunctionResource
    callback: EdgeFunctionResource


def build(scope: Scope) -> None:
    """The pages are published by an operator; the stack has none."""
    identity = origin_identity(scope, "web", scope.named("OAI for always-coder-{stage}"))
    bucket = origin_bucket(scope, Bucket("always-coder-{stage}-web", retained=scope.stage.production), identity)
    edge = _edge(scope)
    made = distribution(
        scope,
        Distribution(
            scope.named("Always Coder {stage} Web Distribution"),
            (BucketOrigin(_PAGES, bucket, identity),),
            _behaviors(scope, edge),
            root="index.html",
            # The bucket answers 403 for what it has not, and the page shows what the path is for.
            error_pages=(ErrorPage(404, "/index.html"), ErrorPage(403, "/index.html")),
        ),
    )
    url = Sub(f"https://${{{made.resource.title}.DomainName}}")
    scope.output("WebBucketName", Ref(bucket))
    scope.output("DistributionId", made.id)
    scope.output("WebUrl", url, "always-coder-{stage}-web-url")
    scope.output("CognitoCallbackUrl", Sub(f"https://${{{made.resource.title}.DomainName}}{CALLBACK}"))
    scope.output("AuthEdgeFunctionArn", edge.gate.version)
    scope.output("CallbackEdgeFunctionArn", edge.callback.version)


def _behaviors(scope: Scope, edge: _Edge) -> tuple[Behavior, ...]:
    headers = response_headers_policy(scope, ResponseHeadersPolicy("always-coder-{stage}-web-headers", xss=True))
    return (
        Behavior(_PAGES, response_headers=headers, edge={VIEWER_REQUEST: edge.gate}),
        Behavior(_PAGES, CALLBACK, cache="CachingDisabled", edge={VIEWER_REQUEST: edge.callback}),
    )


def _edge(scope: Scope) -> _Edge:
    client = scope.use("api.UserPoolClientId")
    tokens: dict[str, Any] = {
        "COGNITO_REGION": Ref("AWS::Region"),
        "USER_POOL_ID": scope.use("api.UserPoolId"),
        "CLIENT_ID": client,
    }
    codes: dict[str, Any] = {
        "COGNITO_HOST": Sub(f"{scope.named(DOMAIN)}.auth.${{AWS::Region}}.amazoncognito.com"),
        "CLIENT_ID": client,
        "CLIENT_SECRET": "",  # the client has none
    }
    return _Edge(
        edge_function(scope, EdgeFunction("auth_gate", _PACKAGE, "always-coder-{stage}-auth-edge-v2", tokens)),
        edge_function(scope, EdgeFunction("auth_callback", _PACKAGE, "always-coder-{stage}-callback-edge-v2", codes)),
    )
