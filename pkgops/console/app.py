"""The console as an ASGI application: its pages, its files, and what an error looks like."""

from __future__ import annotations

import sysconfig
from importlib.util import find_spec
from pathlib import Path

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import FileResponse, Response
from starlette.routing import Route

from pkgops.console.frame.page import render
from pkgops.console.frame.stage import ShownStage
from pkgops.console.pages import functions, logs, mail, overview, queues, requests, tables
from pkgops.errors import NotFoundError, PkgopsError, RefusedError
from pkgops.graph.colors import style_sheet

_OWN = Path(__file__).parent / "static"
_FILES = {"console.css": "text/css", "console.js": "text/javascript", "icon.svg": "image/svg+xml"}
_PAGES = (overview, functions, logs, requests, tables, queues, mail)


def console(shown: ShownStage) -> Starlette:
    """The application without its guard."""
    routes = [route for page in _PAGES for route in page.ROUTES]
    app = Starlette(
        routes=[*routes, Route("/static/{name}", _file)],
        exception_handlers={PkgopsError: _failed, HTTPException: _missing},
    )
    app.state.shown = shown
    return app


def _file(request: Request) -> Response:
    name = request.path_params["name"]
    if name == "picture.css":
        return Response(f".picture{{{style_sheet()}}}", media_type="text/css")
    if name == "htmx.js":
        return FileResponse(_htmx(), media_type="text/javascript")
    if name not in _FILES:
        raise HTTPException(404)
    return FileResponse(_OWN / name, media_type=_FILES[name])


def _htmx() -> Path:
    """The file in the wheel that brings htmx."""
    found = find_spec("js_lib_htmx")
    home = Path(found.origin).parent if found and found.origin else Path(sysconfig.get_path("purelib"))
    return home / "static" / "htmx" / "htmx.min.js"


def _failed(request: Request, error: Exception) -> Response:
    status = 404 if isinstance(error, NotFoundError) else 403 if isinstance(error, RefusedError) else 400
    message, hint = (error.message, error.hint) if isinstance(error, PkgopsError) else (str(error), "")
    return render(request, "error.html", status, message=message, hint=hint or "")


def _missing(request: Request, error: Exception) -> Response:
    status = error.status_code if isinstance(error, HTTPException) else 500
    text = "There is no such page." if status == 404 else "This is not possible here."
    return render(request, "error.html", status, message=text, hint="Go back to the overview.")
