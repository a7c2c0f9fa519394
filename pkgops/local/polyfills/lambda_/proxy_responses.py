"""Functions behind HTTP APIs and URLs: an error, a throttle and an answer without a valid form are no response.

What the client of an HTTP API then gets is the matter of `pkgops.local.polyfills.apigateway.http_responses`; clients of
a function's URL are answered here.
"""

from __future__ import annotations

import json
from typing import Any

from pkgops.local.hooks.patch import require, wrap
from pkgops.local.hooks.proxy_results import NoResponseError, checked, strict, well_formed
from pkgops.local.hooks.types import Types


def install(_: Types) -> None:
    """Wraps what turns a function's answer into a response, and the requests to URLs."""
    from ministack.services import lambda_svc

    require(lambda_svc, "resolve_function_url", "_function_url_cors_headers", "_function_url_proxy_response")
    wrap(lambda_svc, "lambda_execute_result_to_api_proxy_response", _strict)
    wrap(lambda_svc, "handle_function_url_request", _answering)
    wrap(lambda_svc, "_function_url_stream_response", _streaming)


def _strict(original: Any) -> Any:
    def shape(result: dict[str, Any]) -> Any:
        if not strict.get():
            return original(result)
        body = checked(result)
        if isinstance(body, dict) and "statusCode" in body and not well_formed(body, body.keys()):
            raise NoResponseError("error")
        return original(result)

    return shape


def _streaming(original: Any) -> Any:
    """What a function of Node.js has written to its stream comes as a whole, in the form of any other answer."""
    from ministack.services import lambda_svc

    def shape(result: dict[str, Any], cors: dict[str, str]) -> Any:
        body = result.get("body")
        if not (isinstance(body, dict) and body.get("isBase64Encoded") and "statusCode" in body):
            return original(result, cors)
        answer, _ = lambda_svc.lambda_execute_result_to_api_proxy_response(result)
        return lambda_svc._function_url_proxy_response(answer, cors)

    return shape


def _answering(original: Any) -> Any:
    from ministack.services import lambda_svc

    async def handle(url: str, method: str, path: str, headers: dict[str, str], *others: Any, **named: Any) -> Any:
        strict.set(True)
        try:
            return await original(url, method, path, headers, *others, **named)
        except NoResponseError as refused:
            found = lambda_svc.resolve_function_url(url)
            cors = lambda_svc._function_url_cors_headers(found[4], headers) if found else {}
            status, body = _refusal(refused)
            return status, {"Content-Type": "application/json", **cors}, body

    return handle


def _refusal(refused: NoResponseError) -> tuple[int, bytes]:
    if refused.why == "size":
        return 413, json.dumps({"Message": "Request Entity Too Large"}).encode()
    if refused.why == "throttle":
        return 429, json.dumps({"Type": "User", "message": "Rate Exceeded."}).encode()
    return 502, b"Internal Server Error"
