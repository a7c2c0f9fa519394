"""One request to a deployed system and its answer, with the standard library: no redirect is followed, and addresses of
this machine are asked without a proxy, in trust of the emulator's certificate."""

from __future__ import annotations

import ssl
from dataclasses import dataclass
from email.message import Message
from typing import TYPE_CHECKING, Any
from urllib.error import HTTPError
from urllib.parse import urlsplit
from urllib.request import HTTPRedirectHandler, HTTPSHandler, OpenerDirector, ProxyHandler, Request, build_opener

from pkgops.local.home import Home

if TYPE_CHECKING:
    from pkgops.config import Project

_LARGEST = 2**20  # bytes that are read of an answer
_LOOPBACK = ("127.0.0.1", "::1", "localhost")


@dataclass(frozen=True, slots=True)
class Answer:
    """What was answered; ``body`` is the first MB of it."""

    status: int
    headers: Message
    body: bytes


class _Stay(HTTPRedirectHandler):
    """A redirect is an answer like others."""

    def redirect_request(self, *_: Any) -> None:
        return None


def opener(project: Project, url: str) -> OpenerDirector:
    """What opens an address of a deployed system."""
    handlers: list[Any] = [_Stay()]
    if urlsplit(url).hostname in _LOOPBACK:
        handlers.append(ProxyHandler({}))
        certificate = Home(project.home / "local").certificate
        if certificate.is_file():
            handlers.append(HTTPSHandler(context=ssl.create_default_context(cafile=str(certificate))))
    return build_opener(*handlers)


def exchanged(opener: OpenerDirector, request: Request, timeout: float) -> Answer:
    """The answer to a request, whatever its status. OSError or HTTPException without one."""
    try:
        with opener.open(request, timeout=timeout) as response:
            return Answer(response.status, response.headers, response.read(_LARGEST))
    except HTTPError as refused:
        with refused:
            return Answer(refused.code, refused.headers, refused.read(_LARGEST))
