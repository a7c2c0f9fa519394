"""What the tool asks of CloudFormation."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol


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

    def change_set_templates(self, stack: str) -> list[str]:
        """The texts of the templates in those of its change sets that can still be carried out."""

    def create_change_set(self, request: ChangeSetRequest) -> str:
        """Starts a change set and returns its id. DeployError if CloudFormation refuses the template."""

    def change_set(self, change_set_id: str) -> ChangeSet:
        """Its present state with all its changes. DeployError if it is gone: it goes when another one of its stack is
        carried out."""

    def execute(self, change_set_id: str) -> None:
        """Carries a change set out. DeployError if the stack has changed since it was made."""

    def delete_change_set(self, change_set_id: str) -> None:
        """Deletes a change set; a stack that was only made for it, and has no other one, goes too."""

    def delete(self, stack: str, retain: Sequence[str] = ()) -> None:
        """Starts deleting a stack; a stack in DELETE_FAILED may leave the resources ``retain`` behind."""

    def resume_rollback(self, stack: str, skip: Sequence[str] = ()) -> None:
        """Goes on with a rollback that failed, without the resources ``skip``."""

    def cancel_update(self, stack: str) -> None:
        """Begins to roll back an update in progress. DeployError if none is, or it is past that."""

    def set_termination_protection(self, stack: str, on: bool) -> None:
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
