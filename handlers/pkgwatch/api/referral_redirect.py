"""GET /r/{code}: follows a referral link."""

from __future__ import annotations

from typing import Any

from handlers.common.web.response import Response
from handlers.common.web.serve import Call, Routes, serve
from handlers.pkgwatch.referrals.referral_codes import is_code
from handlers.pkgwatch.runtime.settings import settings
from handlers.pkgwatch.web.api import API
from handlers.pkgwatch.web.redirects import redirect


def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """Serves ``ROUTES``."""
    return serve(event, context, ROUTES, API)


def answer(call: Call) -> Response:
    """Sends the browser to the start page, which keeps the code until the user signs up."""
    code = call.request.path.get("code") or ""
    return redirect(f"{settings().base_url}/start", {"ref": code} if is_code(code) else None)


ROUTES: Routes[Call] = {"GET /r/{code}": answer}
