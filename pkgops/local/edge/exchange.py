"""The way of one request through a distribution: behaviour, functions, origin, functions, and what is added on the way.

Nothing is cached: every request is a miss, so that what runs only then runs each time.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from pkgops.local.edge import answers, lambda_calls, lambda_events, scripts
from pkgops.local.edge.forwarding import AGENT, forwarded
from pkgops.local.edge.lambda_calls import FunctionError
from pkgops.local.edge.messages import Headers, Request, Response
from pkgops.local.edge.origins import OriginError, fetch
from pkgops.local.edge.settings import Behavior, Origin, Settings

_NOT_ALLOWED = "This distribution is not configured to allow the HTTP request method that was used for this request."
_SAFE = ("GET", "HEAD", "OPTIONS")


async def answer(settings: Settings, request: Request) -> Response:
    """The distribution's answer to a viewer."""
    exchange = _Exchange(settings, request)
    found = await exchange.answer()
    return answers.finished(answers.on_viewers_host(found, request), exchange.id)


class _Exchange:
    """One viewer's request and what becomes of it."""

    def __init__(self, settings: Settings, request: Request) -> None:
        self._settings, self._request = settings, request
        self._behavior = settings.default
        self._config: dict[str, str] = {}
        self.id = answers.request_id()

    async def answer(self) -> Response:
        """Every step, of which each may be the last."""
        settings, request = self._settings, self._request
        if not settings.enabled:
            return answers.error(403, "The distribution is disabled.")
        if "(cloudfront)" in request.headers.get("via").lower():
            return answers.error(403, "The distribution is the origin of another CloudFront distribution.")
        if settings.root and request.uri in ("", "/"):
            request = replace(request, uri=f"/{settings.root}")
        self._behavior = settings.behavior(request.uri)
        self._config = lambda_events.config(settings, self.id)
        if refused := self._refused(request):
            return refused
        try:
            changed = await self._viewer_request(request)
            if isinstance(changed, Response):
                return changed
            self._request = changed
            response, failed = await self._from_origin(changed)
            response = answers.compressed(response, self._behavior, changed)
            response = answers.with_policy(response, self._behavior, changed)
            return response if failed else await self._viewer_response(changed, response)
        except FunctionError as failure:
            return failure.response

    def _refused(self, request: Request) -> Response | None:
        behavior = self._behavior
        if not request.secure and behavior.protocol == "redirect-to-https":
            return answers.redirect(request)
        if not request.secure and behavior.protocol == "https-only":
            return answers.error(403, "Viewers must use https to request this object.")
        return None if request.method in behavior.methods else answers.error(403, _NOT_ALLOWED)

    async def _viewer_request(self, request: Request) -> Request | Response:
        kind = lambda_events.VIEWER_REQUEST
        if script := self._behavior.scripts.get(kind):
            return await scripts.on_request(script, self._settings, request, self.id)
        found, _ = await self._request_function(kind, request, None)
        return found

    async def _from_origin(self, request: Request) -> tuple[Response, bool]:
        """What the origin answers, or its error page; true if no function of the viewer response is to see it."""
        settings, behavior = self._settings, self._behavior
        try:
            response = await self._asked(request, behavior)
            failed = response.status >= 400
        except OriginError as failure:
            response, failed = answers.error(failure.status, str(failure)), True
        except FunctionError as failure:
            response, failed = failure.response, True
        page = settings.pages.get(response.status)
        if page is None:
            return response, failed
        return await self._error_page(*page, response, request), True

    async def _asked(self, request: Request, behavior: Behavior) -> Response:
        """The behaviour's origin; of a group the second, if the first fails as the group says."""
        group = self._settings.groups.get(behavior.origin)
        members = group.members if group else (behavior.origin,)
        for last, member in zip([False] * (len(members) - 1) + [True], members, strict=True):
            may_fail_over = not last and request.method in _SAFE
            try:
                response = await self._one_origin(request, behavior, member)
            except OriginError as failure:
                if may_fail_over and group and failure.status in group.statuses | {502, 504}:
                    continue
                raise
            if not (may_fail_over and group and response.status in group.statuses):
                break
        return response

    async def _one_origin(self, request: Request, behavior: Behavior, name: str) -> Response:
        origin = self._settings.origins.get(name)
        if origin is None:
            raise OriginError(502, "The distribution has no such origin.")
        asked: Request | Response
        asked, changed = await self._request_function(
            lambda_events.ORIGIN_REQUEST, forwarded(request, behavior, origin, self.id), origin
        )
        if isinstance(asked, Response):
            return asked
        response = await fetch(changed or origin, asked, self._settings.arn)
        return await self._response_function(lambda_events.ORIGIN_RESPONSE, asked, response, changed)

    async def _viewer_response(self, request: Request, response: Response) -> Response:
        kind = lambda_events.VIEWER_RESPONSE
        if script := self._behavior.scripts.get(kind):
            return await scripts.on_response(script, self._settings, request, response, self.id)
        return await self._response_function(kind, request, response, None)

    async def _request_function(
        self, kind: str, request: Request, origin: Origin | None
    ) -> tuple[Request | Response, Origin | None]:
        association = self._behavior.functions.get(kind)
        if association is None:
            return request, origin
        event = lambda_events.event(kind, self._config, request, origin=origin, body=association.body)
        found = await self._called(association.arn, event)
        try:
            if "status" in found:
                return lambda_events.answered_response(kind, found, None), origin
            return lambda_events.answered_request(kind, found, request, origin)
        except lambda_events.InvalidError as error:
            raise lambda_calls.invalid(str(error)) from error

    async def _response_function(
        self, kind: str, request: Request, response: Response, origin: Origin | None
    ) -> Response:
        association = self._behavior.functions.get(kind)
        if association is None:
            return response
        event = lambda_events.event(kind, self._config, request, origin=origin, response=response)
        found = await self._called(association.arn, event)
        try:
            return lambda_events.answered_response(kind, found, response)
        except lambda_events.InvalidError as error:
            raise lambda_calls.invalid(str(error)) from error

    async def _called(self, arn: str, event: dict[str, Any]) -> dict[str, Any]:
        found = await lambda_calls.call(arn, event)
        if not isinstance(found, dict):
            raise lambda_calls.invalid("It is no object.")
        return found

    async def _error_page(self, path: str, status: int, failed: Response, request: Request) -> Response:
        """The page for an error, from the origin its own path leads to; if that fails, the error itself."""
        origin = self._settings.origins.get(self._settings.behavior(path).origin)
        if origin is None:
            return failed
        headers = Headers([("Host", origin.domain), ("User-Agent", AGENT), ("X-Amz-Cf-Id", self.id)])
        asked = Request("GET", path, "", headers, secure=request.secure, client=request.client)
        try:
            page = await fetch(origin, asked, self._settings.arn)
        except OriginError:
            return failed
        if page.status >= 400:
            return failed
        return replace(page, status=status, reason=answers.reason(status), cache=answers.ERROR)
