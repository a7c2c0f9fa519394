"""The console as an ASGI application: its pages, its files, and what an error looks like."""

from __future__ import annotations

import sysconfig
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import FileResponse, Response
from starlette.routing import Mount, Route, Router

from pkgops.charts.style import style_sheet as charts
from pkgops.console.frame.navigation import MODULES
from pkgops.console.frame.page import render
from pkgops.errors import NotFoundError, PkgopsError, RefusedError
from pkgops.graph.colors import style_sheet

if TYPE_CHECKING:
    from starlette.types import Receive, Scope, Send

    from pkgops.console.frame.stage import ShownStage

_OWN = Path(__file__).parent / "static"
_FILES = {"console.css": "text/css", "console.js": "text/javascript", "icon.svg": "image/svg+xml"}


def console(shown: ShownStage) -> Starlette:
    """The application without its guard."""
    app = Starlette(
        routes=[Route("/static/{name}", _file), Mount("", _Pages())],
        exception_handlers={PkgopsError: _failed, HTTPException: _missing},
    )
    app.state.shown = shown
    return app


class _Pages:
    """The pages, each module of them imported by its first request."""

    def __init__(self) -> None:
        self._routers: dict[str, Router] = {}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Hands a request to the module of its page."""
        name = MODULES.get(scope["path"].split("/")[1])
        if name is None:
            raise HTTPException(404)
        if name not in self._routers:
            self._routers[name] = Router(await run_in_threadpool(_routes, name))
        await self._routers[name](scope, receive, send)


def _routes(name: str) -> list[Route]:
    routes: list[Route] = import_module(f"pkgops.console.pages.{name}").ROUTES
    return routes


def _file(request: Request) -> Response:
    name = request.path_params["name"]
    if name == "picture.css":
        return Response(f".picture{{{style_sheet()}}}{charts()}", media_type="text/css")
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
