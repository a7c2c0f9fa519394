"""What starts a function? One small row a kind; a function's row lists them under ``on``."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from pkgops.kit.contract import Contract


@dataclass(frozen=True, slots=True)
class Body:
    """The JSON body a route accepts, checked by API Gateway before the function runs.

    ``properties`` are JSON schema fragments by field; fields that are not listed are refused.
    """

    name: str
    properties: Mapping[str, Mapping[str, Any]]
    required: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Route:
    """``"GET /packages/{ecosystem}/{name}"`` of the stack's REST API.

    ``cache_keys`` (``path.name``, ``header.Origin``) tell answers apart where the API caches. ``contract`` is
    what callers may rely on; it is documented and changes no resource.
    """

    route: str
    body: Body | None = None
    cache_keys: tuple[str, ...] = ()
    contract: Contract | None = None

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
