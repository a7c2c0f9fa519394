"""GET /r/{code}: somebody follows a referral link."""

from __future__ import annotations

from typing import Any

from handlers.common.web.request import Request
from handlers.common.web.response import Response
from handlers.pkgwatch.referrals.referral_codes import is_code
from handlers.pkgwatch.runtime.settings import settings
from handlers.pkgwatch.web.http import serve
from handlers.pkgwatch.web.redirects import redirect


def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """Sends the browser to the start page, which keeps the code; whose it is shows when somebody signs up."""
    return serve(event, context, _answer)


def _answer(request: Request) -> Response:
    code = request.path.get("code") or ""
    return redirect(f"{settings().base_url}/start", {"ref": code} if is_code(code) else None)
