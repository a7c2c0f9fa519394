"""The port to CloudFormation: stacks, change sets, events."""

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
        """An operation is running (a stack in REVIEW_IN_PROGRESS only has a change set)."""
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
class ChangeDetail:
    """One reason of a change, as CloudFormation evaluates it. ``name`` is a property, or "" for an ``attribute``
    besides Properties (Tags, Metadata, ...); ``recreation`` says whether it replaces the resource (Never,
    Conditionally, Always); ``dynamic`` that its value is known only when the update runs. ``source`` is
    DirectModification, ParameterReference, ResourceReference, ResourceAttribute or Automatic; ``cause`` names what is
    referred to."""

    attribute: str
    name: str = ""
    recreation: str = "Never"
    dynamic: bool = False
    source: str = ""
    cause: str = ""


@dataclass(frozen=True, slots=True)
class ResourceChange:
    """One row of a change set. ``action`` is Add, Modify, Remove or Import; ``replacement`` is True, False or
    Conditional; ``properties`` are the changed property paths, ``details`` the reasons. ``drift`` is the resource's
    drift status in a change set that reverts drift (MODIFIED, DELETED, ...), "" in others. ``unchanged_by`` are the
    resources because of which CloudFormation evaluates it again although it stays as it is, if it does."""

    logical_id: str
    type: str
    action: str
    replacement: str = "False"
    physical_id: str = ""
    policy: str = ""
    properties: tuple[str, ...] = ()
    drift: str = ""
    details: tuple[ChangeDetail, ...] = ()
    unchanged_by: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ChangeSetRequest:
    """The input of a change set. The template is either ``body`` or, above 51,200 bytes, ``url``.

    ``revert_drift`` also reverts resources that differ from the template; for updates only, and not with ``express``.
    With ``imports`` (logical id -> type and identifier of an existing resource) it imports those into the stack, a new
    one if ``create``, and does nothing else."""

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
    """A change set and its status: CREATE_COMPLETE, FAILED (``empty`` if nothing changes) or pending. ``present`` maps
    drifted resources to their actual properties and to those they will get; not for display, as it holds raw values."""

    id: str
    stack: str
    status: str
    reason: str = ""
    changes: tuple[ResourceChange, ...] = ()
    present: Mapping[str, tuple[Mapping[str, Any], Mapping[str, Any]]] = field(default_factory=dict, repr=False)

    @property
    def empty(self) -> bool:
        """True if CloudFormation found no difference."""
        text = self.reason.lower()
        return self.status == "FAILED" and ("didn't contain changes" in text or "no updates" in text)


class Stacks(Protocol):
    """CloudFormation."""

    def describe(self) -> list[StackState]:
        """All stacks of the account and region; one (paged) call."""

    def template(self, stack: str) -> str:
        """The text of the deployed template; "" if there is no such stack."""

    def change_set_templates(self, stack: str) -> list[str]:
        """The texts of the templates in its change sets that can still be executed."""

    def create_change_set(self, request: ChangeSetRequest) -> str:
        """Starts to create a change set and returns its id. DeployError if CloudFormation refuses the template."""

    def change_set(self, change_set_id: str) -> ChangeSet:
        """The change set with all its changes. DeployError if it no longer exists: executing one deletes the others of
        the stack."""

    def execute(self, change_set_id: str) -> None:
        """Executes a change set. DeployError if the stack has changed since it was created."""

    def delete_change_set(self, change_set_id: str) -> None:
        """Deletes a change set, and its stack if that was created only for it and has no other."""

    def delete(self, stack: str, retain: Sequence[str] = ()) -> None:
        """Starts to delete a stack; one in DELETE_FAILED may keep the resources ``retain``."""

    def resume_rollback(self, stack: str, skip: Sequence[str] = ()) -> None:
        """Continues a failed rollback without the resources ``skip``."""

    def roll_back(self, stack: str) -> None:
        """Starts to roll back an update that failed with rollback disabled, to what was deployed before it."""

    def cancel_update(self, stack: str) -> None:
        """Starts to roll back a running update. DeployError if there is none, or it is too late."""

    def set_termination_protection(self, stack: str, on: bool) -> None:
        """Turns termination protection on or off."""

    def set_policy(self, stack: str, policy: str) -> None:
        """Sets the stack policy (JSON), which limits what updates may do to which resources."""

    def events(self, stack: str, until: str = "", since: str = "", *, newest: bool = False) -> list[StackEvent]:
        """Events, oldest first: those after the event id ``until`` and not before the time ``since`` (ISO-8601, the
        service's clock); "" sets no bound. Of many only the ``newest``: what one call returns, about a hundred."""

    def failures(self, stack: str) -> list[StackEvent]:
        """Failed events of the newest operation and its rollback, oldest first."""

    def resources(self, stack: str) -> list[StackResource]:
        """The resources of a stack."""
