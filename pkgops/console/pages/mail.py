"""The mail that was sent on stage local.

Its HTML was written by others: it is shown in a frame that runs no script, sends no form, loads nothing and is of no
origin.
"""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import Route

from pkgops.console.frame.page import render, stage_of
from pkgops.errors import NotFoundError, unknown
from pkgops.local.client.mail import Message

SANDBOX = (
    "sandbox; default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'; "
    "frame-ancestors 'self'"
)


def every(request: Request) -> Response:
    """All mail, the newest first."""
    given = request.query_params.get("to", "").strip()
    found = [one for one in _messages(request) if not given or one.went_to(given)]
    return render(request, "mail.html", messages=found, to=given)


def one(request: Request) -> Response:
    """A mail with its links and codes."""
    return render(request, "message.html", message=_message(request))


def body(request: Request) -> Response:
    """A mail's HTML, for the frame."""
    html = _message(request).html
    return HTMLResponse(html, headers={"content-security-policy": SANDBOX})


def _messages(request: Request) -> list[Message]:
    emulator = stage_of(request).emulator
    if emulator is None:
        raise NotFoundError("Mail is kept on stage local only.", "SES on AWS sends it.")
    return emulator.messages()[::-1]


def _message(request: Request) -> Message:
    id = request.path_params["id"]
    known = _messages(request)
    found = next((one for one in known if one.id == id), None)
    if found is None:
        raise unknown("mail", id, [one.id for one in known])
    return found


ROUTES = [Route("/mail", every), Route("/mail/{id}", one), Route("/mail/{id}/body", body)]
