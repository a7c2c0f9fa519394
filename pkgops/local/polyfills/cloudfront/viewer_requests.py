"""Viewers' requests go the whole way through a distribution: Lambda@Edge, identities of buckets, compression, origins
that are APIs of the emulator, and failover, none of which the emulator knows."""

from __future__ import annotations

from typing import Any

from pkgops.local.hooks import request as kept
from pkgops.local.hooks.patch import require, wrap
from pkgops.local.hooks.types import Types


def install(_: Types) -> None:
    """Replaces what the emulator does with a viewer's request, whichever port it comes to."""
    from ministack.core import concurrency, iam_evaluator
    from ministack.services import apigateway, cloudfront, lambda_svc, s3
    from ministack.services.cloudformation import provisioners

    require(concurrency, "run_offloop", "run_reentrant")
    require(iam_evaluator, "EvalContext", "evaluate_resource_policy")
    require(apigateway, "_stages")
    require(cloudfront, "_dist_config_el", "_dataplane_behavior", "_forwarding_predicates", "cache_policy_params")
    require(cloudfront, "origin_request_policy_config", "response_headers_policy_config", "_s3_origin_bucket", "_oacs")
    require(cloudfront, "_apply_response_headers_policy", "_run_function", "_build_function_event")
    require(cloudfront, "_response_event_fields", "_merge_function_headers", "_set_cookie_values_from_event")
    require(cloudfront, "_body_from_response_event", "CloudFrontFunctionError", "fromstring")
    require(lambda_svc, "_get_func_record_for_ref_in_scope", "_execution_record_for_config")
    require(lambda_svc, "_execute_function_with_config_scope")
    require(provisioners, "_cf_oai_attributes")
    require(s3, "_bucket_owner_account", "_no_such_bucket", "_error", "_buckets", "_head_object", "_get_object")
    require(s3, "_bucket_policies", "_foreign_bucket_allows", "_bucket_websites", "cors_preflight")
    require(s3, "cors_response_headers")
    wrap(cloudfront, "handle_viewer_request", lambda _: _handle)


async def _handle(record: dict[str, Any], method: str, *given: Any) -> tuple[int, dict[str, Any], bytes]:
    """In the emulator's own terms; what they lose of the headers is kept beside."""
    from pkgops.local.edge.exchange import answer
    from pkgops.local.edge.messages import Headers, Request
    from pkgops.local.edge.settings import settings

    _path, uri, query, headers, body, *_rest = given
    secure = headers.get("x-forwarded-proto", "http") == "https"
    lines = Headers((name, value) for name, value in kept.headers.get() if name.lower() != "x-forwarded-proto")
    client = kept.client_address.get()
    request = Request(method, uri.partition("?")[0] or "/", query, lines, body, secure=secure, client=client)
    found = await answer(settings(record), request)
    answered: dict[str, Any] = {}
    for name in found.headers.names():
        values = found.headers.lines(name)
        answered[values[0][0]] = [value for _, value in values] if len(values) > 1 else values[0][1]
    return found.status, answered, found.body
