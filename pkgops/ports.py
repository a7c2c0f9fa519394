"""What does the tool ask of AWS?

One page: every call the tool makes, as Protocols. ``aws/`` holds the real implementations, ``tests/fakes/``
the in-memory ones, and one contract suite runs over both. All raise `pkgops.errors.AccessError` for missing
or expired credentials, refused access and unreachable endpoints; anything else is documented at the method.
What is asked about drift and about what exists already has pages of its own, ``drift_port.py`` and
``existing_port.py``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

from pkgops.drift_port import Drift
from pkgops.existing_port import Existing


@dataclass(frozen=True, slots=True)
class StackState:
    """One stack as CloudFormation reports it. ``outputs`` and ``parameters`` are name -> value."""

    name: str
    id: str
    status: str
    reason: str = ""
    outputs: Mapping[str, str] = field(default_factory=dict)
    exports: Mapping[str, str] = field(default_factory=dict)
    parameters: Mapping[str, str] = field(default_factory=dict)
    tags: Mapping[str, str] = field(default_factory=dict)
    updated: str = ""
    termination_protection: bool = False

    @property
    def account(self) -> str:
        """The account id in the stack's ARN."""
        return self.id.split(":")[4] if self.id.count(":") >= 5 else ""

    @property
    def region(self) -> str:
        """The region in the stack's ARN."""
        return self.id.split(":")[3] if self.id.count(":") >= 5 else ""

    @property
    def in_progress(self) -> bool:
        """An operation is running (a stack in REVIEW_IN_PROGRESS only waits for its first change set)."""
        return self.status.endswith("_IN_PROGRESS") and self.status != "REVIEW_IN_PROGRESS"


@dataclass(frozen=True, slots=True)
class StackEvent:
    """One line of a stack's history; ``time`` is ISO-8601 UTC."""

    id: str
    stack: str
    time: str
    logical_id: str
    physical_id: str
    type: str
    status: str
    reason: str = ""


@dataclass(frozen=True, slots=True)
class StackResource:
    """A resource of a deployed stack."""

    logical_id: str
    physical_id: str
    type: str
    status: str


@dataclass(frozen=True, slots=True)
class ResourceChange:
    """One row of a change set. ``action`` is Add, Modify, Remove or Import; ``replacement`` is True, False or
    Conditional; ``properties`` are the changed property paths. ``drift`` is what a change set that reverts drift says
    of the resource: MODIFIED, DELETED, ...; "" in others."""

    logical_id: str
    type: str
    action: str
    replacement: str = "False"
    physical_id: str = ""
    policy: str = ""
    properties: tuple[str, ...] = ()
    drift: str = ""


@dataclass(frozen=True, slots=True)
class ChangeSetRequest:
    """What a change set is made of. Exactly one of ``body`` and ``url`` is given.

    Over 51,200 bytes it must be the url. ``revert_drift`` also changes what is not as the template says any more; it
    is for updates alone, and not for express ones. With ``imports`` (logical id -> type and identifier of a resource
    that is there) it takes those into the stack, made for them if ``create``, and does nothing else."""

    stack: str
    create: bool
    parameters: Mapping[str, str]
    tags: Mapping[str, str]
    body: str | None = None
    url: str | None = None
    express: bool = False
    revert_drift: bool = False
    description: str = ""
    imports: Mapping[str, tuple[str, Mapping[str, str]]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class ChangeSet:
    """A change set and its state: CREATE_COMPLETE, FAILED (``empty`` if nothing changes) or pending. ``present`` are
    the properties drifted resources have now, and those they get, by logical id: values as they are, not shown."""

    id: str
    stack: str
    status: str
    reason: str = ""
    changes: tuple[ResourceChange, ...] = ()
    present: Mapping[str, tuple[Mapping[str, Any], Mapping[str, Any]]] = field(default_factory=dict, repr=False)

    @property
    def empty(self) -> bool:
        """CloudFormation found no difference."""
        text = self.reason.lower()
        return self.status == "FAILED" and ("didn't contain changes" in text or "no updates" in text)


class Stacks(Protocol):
    """CloudFormation."""

    def describe(self) -> list[StackState]:
        """Every stack of the account and region, one (paged) call."""

    def template(self, stack: str) -> str:
        """The deployed template's text; "" if the stack is not there."""

    def proposed(self, stack: str) -> list[str]:
        """The texts of the templates in those of its change sets that can still be carried out."""

    def create_change_set(self, request: ChangeSetRequest) -> str:
        """Starts a change set and returns its id. DeployError if CloudFormation refuses the template."""

    def change_set(self, change_set_id: str) -> ChangeSet:
        """Its present state with all its changes. DeployError if it is gone: it goes when another one of its stack is
        carried out."""

    def execute(self, change_set_id: str) -> None:
        """Carries a change set out. DeployError if the stack has changed since it was made."""

    def discard(self, change_set_id: str) -> None:
        """Deletes a change set; a stack that was only made for it, and has no other one, goes too."""

    def delete(self, stack: str, retain: Sequence[str] = ()) -> None:
        """Starts deleting a stack; a stack in DELETE_FAILED may leave the resources ``retain`` behind."""

    def resume_rollback(self, stack: str, skip: Sequence[str] = ()) -> None:
        """Goes on with a rollback that failed, without the resources ``skip``."""

    def cancel(self, stack: str) -> None:
        """Begins to roll back an update in progress. DeployError if none is, or it is past that."""

    def protect(self, stack: str, on: bool) -> None:
        """Switches termination protection."""

    def set_policy(self, stack: str, policy: str) -> None:
        """Sets the stack policy (JSON), which says what updates may do to which resource."""

    def events(self, stack: str, until: str = "", since: str = "") -> list[StackEvent]:
        """Events oldest first: those after the event id ``until`` and not before the moment ``since``
        (ISO-8601, the service's clock); "" sets no bound."""

    def failures(self, stack: str) -> list[StackEvent]:
        """Failed events of the newest operation and of the rollback it led to, oldest first."""

    def resources(self, stack: str) -> list[StackResource]:
        """What a stack consists of."""


@dataclass(frozen=True, slots=True)
class StoredObject:
    """An object in a bucket; ``modified`` is epoch seconds, ``size`` bytes."""

    key: str
    size: int
    modified: float


class Artifacts(Protocol):
    """Content-addressed objects in one bucket: a key's last part is the sha256 of the bytes, and an ending."""

    bucket: str

    def missing(self, keys: Sequence[str]) -> set[str]:
        """Those of ``keys`` that are not there, or are there with other bytes than their name says."""

    def put(self, key: str, path: Path) -> None:
        """Uploads a file; its sha256 is checked by S3. `BucketGoneError` if there is no bucket."""

    def url(self, key: str) -> str:
        """The path-style address CloudFormation reads a template from."""

    def listed(self) -> list[StoredObject]:
        """Every object of the bucket; none if there is no bucket."""

    def remove(self, keys: Sequence[str]) -> None:
        """Deletes objects; in a versioned bucket they can be taken back until their lifecycle ends."""

    def empty(self, bucket: str) -> int:
        """Deletes every object and version in ``bucket``; returns how many."""


@dataclass(frozen=True, slots=True)
class LogEvent:
    """One log line; ``time`` is epoch milliseconds, ``id`` unique within the group ("" from Live Tail)."""

    group: str
    stream: str
    time: int
    id: str
    message: str


class Logs(Protocol):
    """CloudWatch Logs."""

    def fetch(self, group: str, start: int, end: int | None = None) -> Iterator[LogEvent]:
        """Events with start <= time (epoch ms) and, if given, time <= end, in the order the service returns
        them, every page. A group that does not exist has no events."""

    def live(self, groups: Sequence[str], sampled: Callable[[], None] | None = None) -> Iterator[LogEvent | None]:
        """Live Tail over at most ten groups; None when a second passed without an event. ``sampled`` is called
        when the service left events out (over 500 a second). Ends when the service ends the session. Raises
        NotImplementedError where Live Tail cannot be used."""


@dataclass(frozen=True, slots=True)
class Invocation:
    """A function's answer. ``error`` is "", Handled or Unhandled; ``log`` is the tail of its log."""

    status: int
    payload: bytes
    error: str = ""
    log: str = ""
    version: str = ""


class Functions(Protocol):
    """Lambda."""

    def invoke(self, name: str, payload: bytes, qualifier: str = "") -> Invocation:
        """Calls a function and waits. UsageError if it is not deployed."""


class Tables(Protocol):
    """DynamoDB."""

    def keys(self, table: str) -> tuple[str, ...]:
        """The names of the table's key attributes, the partition key first. UsageError if there is no such
        table; so do the others."""

    def put_if_absent(
        self,
        table: str,
        item: Mapping[str, Any],
        keys: Sequence[str],
        together: Sequence[Mapping[str, Any]] = (),
    ) -> bool:
        """Writes an item unless one with its key (the attributes ``keys``) is there; True if written.

        ``together`` are further items of the table, written with it or not at all (at most 99)."""

    def read(self, table: str, keys: Iterable[Mapping[str, Any]], attributes: Sequence[str]) -> list[dict[str, Any]]:
        """The named attributes of the items with those keys; absent items are left out."""


class Secrets(Protocol):
    """Secrets Manager. No error holds a value."""

    def read(self, name: str) -> str | None:
        """A secret's value, "" if it has none yet; None if there is no such secret."""

    def write(self, name: str, value: str) -> None:
        """Stores a value under a name, new or not."""

    def put_if_absent(self, name: str, value: str) -> bool:
        """Stores a secret unless there is one of that name; True if stored. UsageError if one of that name waits
        for its deletion."""

    def restore(self, name: str) -> None:
        """Takes back a secret that waits for its deletion, with its value; one that does not stays as it is."""


@dataclass(frozen=True, slots=True)
class QueueState:
    """How many messages of a queue wait, are being worked on, and are held back; by SQS's count, which is
    approximate. ``oldest`` is the age of the oldest one in seconds, None where nobody says."""

    name: str
    waiting: int
    in_flight: int
    delayed: int = 0
    oldest: int | None = None


class Queues(Protocol):
    """SQS."""

    def states(self, names: Sequence[str]) -> list[QueueState]:
        """The queues of those names that are there, in their order."""

    def move(self, source: str, target: str, progress: Callable[[int], None]) -> int:
        """Moves what waits in ``source`` now to ``target``; how many messages that were. ``progress`` hears how
        many so far. Interrupted at any moment nothing is lost; a message may then be in both. UsageError if a
        queue is not there."""

    def send(self, name: str, bodies: Sequence[str]) -> None:
        """Sends messages. UsageError if the queue is not there, PkgopsError if it does not take all of them."""


class Users(Protocol):
    """Cognito's user pools."""

    def put_if_absent(self, pool: str, email: str) -> bool:
        """Enrols a user whose address counts as verified, with a password nobody learns and without a mail, unless
        the pool has one of that address; True if enrolled. PkgopsError if the pool takes none."""


class Identity(Protocol):
    """STS."""

    def account(self) -> str:
        """The 12-digit account the credentials belong to."""


class Ports(Protocol):
    """Everything above, for one stage; each part is made when it is first asked for."""

    @property
    def stacks(self) -> Stacks: ...

    @property
    def drift(self) -> Drift: ...

    @property
    def artifacts(self) -> Artifacts: ...

    @property
    def logs(self) -> Logs: ...

    @property
    def functions(self) -> Functions: ...

    @property
    def tables(self) -> Tables: ...

    @property
    def secrets(self) -> Secrets: ...

    @property
    def queues(self) -> Queues: ...

    @property
    def users(self) -> Users: ...

    @property
    def existing(self) -> Existing: ...

    @property
    def identity(self) -> Identity: ...

    @property
    def endpoint(self) -> str | None:
        """The emulator's URL on stage local, else None."""
