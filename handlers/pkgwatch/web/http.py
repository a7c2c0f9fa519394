"""How does a PkgWatch API function take a request and give an answer?"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from typing import Any

from handlers.common.logs import begin, logger
from handlers.common.request import BodyRefused, Request
from handlers.common.responses import Response, json_response
from handlers.pkgwatch.runtime.settings import settings
from handlers.pkgwatch.web.cors import cors_headers
from handlers.pkgwatch.web.errors import ApiError


def serve(
    event: Mapping[str, Any],
    context: Any,
    answer: Callable[[Request], Response],
    *,
    identified: bool = False,
) -> dict[str, Any]:
    """Calls ``answer`` and renders what it returns, or the `ApiError` or `BodyRefused` it raises, with CORS headers.

    Anything else it raises is logged and answered with 500 ``internal_error``. ``identified`` puts the request
    id into error bodies. One line is logged a request; it names the route, never what the client sent.
    """
    started = time.perf_counter()
    request = Request(event)
    begin("pkgwatch", context, request.id)
    try:
        response = answer(request)
    except ApiError as error:
        response = _refuse(error, request.id if identified else "")
    except BodyRefused as refused:
        wrong = ApiError(400, refused.code, refused.message)
        response = _refuse(wrong, request.id if identified else "")
    except Exception:
        logger.exception("Request failed")
        unknown = ApiError(500, "internal_error", "Something went wrong on our side. Please try again.")
        response = _refuse(unknown, request.id if identified else "")
    response.headers.update(cors_headers(request.header("origin"), settings().allow_dev_cors))
    milliseconds = round((time.perf_counter() - started) * 1000, 1)
    logger.info(request.route, extra={"status": response.status, "duration_ms": milliseconds})
    return response.render()


def _refuse(error: ApiError, request_id: str) -> Response:
    return json_response(error.status, error.body(request_id), error.headers)
