"""What starts a function? One small row a kind; a function's row lists them under ``on``."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from pkgops.kit.contract import Body, Contract


@dataclass(frozen=True, slots=True)
class Route:
    """``"GET /packages/{ecosystem}/{name}"`` of the stack's REST API.

    ``contract`` is what callers may rely on. It is documented; of it only the body changes the API, which checks it.
    ``cache_keys`` (``path.name``, ``header.Origin``) tell answers apart where the API caches.
    """

    route: str
    contract: Contract | None = None
    cache_keys: tuple[str, ...] = ()

    @property
    def body(self) -> Body | None:
        """The body that the API checks, None if it checks none."""
        found = self.contract.body if self.contract else None
        return found if isinstance(found, Body) else None

    @property
    def method(self) -> str:
        """GET, POST, ..."""
        return self.route.split(" ")[0]

    @property
    def path(self) -> str:
        """The path with its parameters in braces."""
        return self.route.split(" ")[1]


@dataclass(frozen=True, slots=True)
class Stream:
    """A table's stream, from now on. ``pattern`` picks the records worth an invocation; a batch that fails
    ``retries`` times is described to the queue ``failures`` (an ARN)."""

    arn: Any
    failures: Any
    pattern: Mapping[str, Any]
    batch: int = 10
    retries: int = 3


@dataclass(frozen=True, slots=True)
class Queue:
    """A queue by its ARN: up to ``batch`` messages, waiting ``window`` seconds for them, at most
    ``concurrency`` invocations at a time. Handlers report failed messages one by one."""

    arn: Any
    batch: int = 10
    window: int = 0
    concurrency: int | None = None


@dataclass(frozen=True, slots=True)
class Schedule:
    """An EventBridge rule of the documented ``name``: ``cron(...)`` in UTC or ``rate(...)``."""

    name: str
    expression: str
    input: Mapping[str, Any] | None = None
    enabled: bool = True
    description: str = ""


@dataclass(frozen=True, slots=True)
class HttpRoute:
    """``"GET /batches/{id}"`` of the stack's HTTP API. Its callers need a token that the API's authorizer accepts,
    unless it is ``public``."""

    route: str
    public: bool = False


Source = Route | HttpRoute | Stream | Queue | Schedule
