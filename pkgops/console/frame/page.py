"""How does a page become HTML, and how does a form reach the function that carries it out?

Whatever is put into a page is escaped: as HTML by Jinja, and control and format characters as in a terminal.
"""

from __future__ import annotations

import hmac
import secrets
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import Route

from pkgops.console.frame.navigation import navigation
from pkgops.errors import RefusedError, UsageError
from pkgops.graph.text import visible
from pkgops.project import find_default_system, systems

if TYPE_CHECKING:
    from pkgops.config import Project
    from pkgops.console.frame.stage import ShownStage

FORM_TOKEN = secrets.token_urlsafe(32)
"""What every form sends along: of this process, and known to its own pages alone."""

_MOST = 7_000_000  # bytes of a form; Lambda takes events of 6 MB

Form = Mapping[str, str]
Answer = Callable[[Request, Form], Response]


def _finalize(value: Any) -> Any:
    return visible(value, "\n\t") if isinstance(value, str) and not isinstance(value, Markup) else value


_MARKUP = Environment(
    loader=FileSystemLoader(Path(__file__).parents[1] / "markup"),
    autoescape=True,
    undefined=StrictUndefined,
    finalize=_finalize,
    trim_blocks=True,
    lstrip_blocks=True,
)


def stage_of(request: Request) -> ShownStage:
    """What the console shows."""
    shown: ShownStage = request.app.state.shown
    return shown


def chosen_project(request: Request) -> Project:
    """The system that the address names, else the project's default, else the first one."""
    shown, named = stage_of(request), request.query_params.get("system", "")
    if named:
        return shown.project(named)
    default, known = find_default_system(shown.root, systems(shown.root)), shown.projects
    return next((one for one in known if one.system.key == default), known[0])


def render(request: Request, name: str, status: int = 200, **values: Any) -> HTMLResponse:
    """The page of that template; htmx asks for a part of it, which the template leaves the rest away from."""
    shown = stage_of(request)
    text = _MARKUP.get_template(name).render(
        shown=shown,
        pages=navigation(shown.stage),
        here=request.url.path,
        part="hx-request" in request.headers,
        form_token=FORM_TOKEN,
        **values,
    )
    return HTMLResponse(text, status)


def leave(request: Request, address: str) -> Response:
    """The way to the page that shows what a form has done; ``address`` is one of the console's own."""
    if "hx-request" in request.headers:
        return Response(status_code=204, headers={"hx-redirect": address})
    return Response(status_code=303, headers={"location": address})


def write(path: str, answer: Answer, *, harmless: bool = False) -> Route:
    """A route for a form. It is carried out with the form's token, and where the stage may be changed; a ``harmless``
    one changes nothing, or decides by itself."""

    async def endpoint(request: Request) -> Response:
        form = _form(await _body(request))
        if not hmac.compare_digest(form.get("form_token", "").encode(), FORM_TOKEN.encode()):
            raise RefusedError("This page is older than the running console.", "Load it again.")
        if not harmless:
            stage_of(request).require_writable()
        return await run_in_threadpool(answer, request, form)

    return Route(path, endpoint, methods=["POST"])


async def _body(request: Request) -> bytes:
    received = bytearray()
    async for part in request.stream():
        received += part
        if len(received) > _MOST:
            raise UsageError("What was sent is too long.", "An event may have 6 MB.")
    return bytes(received)


def _form(body: bytes) -> Form:
    fields = parse_qs(body.decode("utf-8", "replace"), keep_blank_values=True)
    return {name: values[-1] for name, values in fields.items()}
