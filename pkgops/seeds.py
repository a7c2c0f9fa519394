"""The declarations of a system's development data, for its ``seed`` module."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from pkgops.model import Stage


@dataclass(frozen=True, slots=True)
class SeedContext:
    """What seed data may depend on: the stage and the system's settings, the current time (``now``: ISO-8601 UTC
    with offset, ``epoch``: whole seconds), and random bytes by name.

    ``secret("pro")`` is 32 random bytes as url-safe base64 without padding: 43 characters, fresh on every run.
    ``days_ago(1.5)`` is that long before ``now``, in the form of ``now``; a negative number is in the future.
    """

    stage: Stage
    now: str
    epoch: int
    secret: Callable[[str], str]
    days_ago: Callable[[float], str]
    settings: Any = None


@dataclass(frozen=True, slots=True)
class SeedItem:
    """One DynamoDB item to write if its key is absent; ``table`` names an output (``storage.OrdersTableName``).

    ``label`` is its name in the report ("order 1001", "user pro@example.com"). ``reveal`` are values
    shown once, when this item is written (name -> clear text), and never again. Numbers may be floats: the
    adapter converts them to decimals.

    ``related`` are further items of the same table whose own keys may differ on every run (an API key is
    stored under its fresh hash). They are written if and only if ``item`` was absent, in one transaction with
    it: written before it, a second run would add more; written after it, an interrupted run would leave it without
    them forever.
    """

    table: str
    item: Mapping[str, Any]
    label: str
    kind: str
    reveal: Mapping[str, str] = field(default_factory=dict)
    related: tuple[Mapping[str, Any], ...] = ()


@dataclass(frozen=True, slots=True)
class SeedSecret:
    """One secret to store in Secrets Manager if there is none with its name; its value is never shown.

    ``name`` is the documented one, to which the tool adds the stage as to every name; ``label`` is its name in the
    report. With a ``field`` the value is that field of a JSON object, stored where it is missing or empty. A stage's
    real credentials are never seed data: only generated values belong here.
    """

    name: str
    value: str = field(repr=False)
    label: str
    field: str = ""


@dataclass(frozen=True, slots=True)
class SeedUser:
    """One user to create in a Cognito user pool if the pool has none with that address, which counts as verified.
    ``pool`` names an output with the pool's id. The password is random and never shown; if ``password`` is given
    (`SeedContext.secret` with what the pool's policy asks for), it is that one, and shown once."""

    pool: str
    email: str
    password: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class UserId:
    """As an attribute of a `SeedItem`: Cognito's own id (``sub``) of the `SeedUser` with that address."""

    email: str


@dataclass(frozen=True, slots=True)
class SeedMessages:
    """Messages to a queue of which deployed functions make items, sent if the item at ``key`` is absent.

    ``queue`` and ``table`` name outputs with a queue's URL and a table's name. The function ``by`` has processed all
    messages when that item has ``values``. ``label`` is its name in the report ("session of a quiz").
    """

    queue: str
    table: str
    messages: tuple[Mapping[str, Any], ...]
    key: Mapping[str, Any]
    values: Mapping[str, Any]
    by: str
    label: str
    kind: str


@dataclass(frozen=True, slots=True)
class ExpectedAttribute:
    """After writing, wait until each written item of ``kind`` has ``attribute``, which the function ``by`` fills in."""

    kind: str
    attribute: str
    by: str


@dataclass(frozen=True, slots=True)
class Task:
    """A message to a queue, and the key of the item it results in; ``label`` is its name in the report."""

    label: str
    message: Mapping[str, Any]
    key: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class CollectionStep:
    """An attribute, a time in ISO-8601, that the function ``by`` updates when it has done its part."""

    attribute: str
    by: str


@dataclass(frozen=True, slots=True)
class Collection:
    """What ``seed-dev --collect`` sends through the deployed system, to try it.

    ``queue`` and ``table`` name outputs with a queue's URL and a table's name. A task is finished when all ``steps``
    have happened, in order. A failed one has ``error`` on its item, written at ``error_at``. ``reported`` are the
    attributes in the report. ``offline`` means that nothing leaves this machine.
    """

    queue: str
    table: str
    tasks: tuple[Task, ...]
    steps: tuple[CollectionStep, ...]
    error: str
    error_at: str
    reported: tuple[str, ...] = ()
    offline: bool = False


@dataclass(frozen=True, slots=True)
class Seeds:
    """Everything ``seed-dev`` writes, waits for and collects."""

    items: tuple[SeedItem, ...]
    expected: tuple[ExpectedAttribute, ...] = ()
    secrets: tuple[SeedSecret, ...] = ()
    collection: Collection | None = None
    users: tuple[SeedUser, ...] = ()
    messages: tuple[SeedMessages, ...] = ()
