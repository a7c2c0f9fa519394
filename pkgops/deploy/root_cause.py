"""The root cause of a failed stack operation.

CloudFormation reports the first failure among dozens of cancellations, followed by the rollback. The cause is the
first failed resource that was not merely cancelled. If that is a nested stack, the cause is inside it.
"""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass

from pkgops.build.synth import SynthesizedStack
from pkgops.deploy.custom_resource_log import Origin, read_log_tail
from pkgops.errors import AccessError
from pkgops.ports.ports import Ports
from pkgops.ports.stacks import StackEvent, Stacks

_CONSEQUENCES = (
    "resource creation cancelled",
    "resource update cancelled",
    "resource deletion cancelled",
    "rollback requested",
)
_STACK = "AWS::CloudFormation::Stack"
_MAX_DEPTH = 20  # far deeper than stacks are nested


@dataclass(frozen=True, slots=True)
class Failure:
    """The failed resource: its event, the stack (name or id) that contains it, and its path of logical ids: those of
    nested stacks, outermost first, then its own."""

    event: StackEvent
    stack: str
    path: tuple[str, ...]

    @property
    def name(self) -> str:
        """ "Jobs > Queue" for a queue in the nested stack Jobs."""
        return " > ".join(self.path)


@dataclass(frozen=True, slots=True)
class Explanation:
    """Why a stack failed: ``reason`` names the resource, what happened and the line in templates/ that declares it;
    ``log`` is the end of the log of the function behind it."""

    reason: str
    cause: StackEvent | None = None
    log: tuple[str, ...] = ()


def first_failure(stacks: Stacks, stack: str) -> Failure | None:
    """What made the newest operation on a stack (name or id) fail; None if there is no failed event."""
    return _cause(stacks, stack, ())


def explain_failure(
    ports: Ports, id: str, declared: SynthesizedStack | None = None, parameters: Mapping[str, str] = {}
) -> Explanation:
    """Everything known about a failed operation on the stack ``id``. ``declared`` is the template that was deployed,
    None for a deletion."""
    failure = first_failure(ports.stacks, id)
    if failure is None:
        return Explanation("")
    reason = f"{failure.name}: {failure.event.reason}"
    if declared is not None and failure.path[0] in declared.sources:
        reason += f" ({declared.sources[failure.path[0]]})"
    ours = declared is not None and len(failure.path) == 1
    origin = Origin(failure.stack, declared.template if declared and ours else {}, parameters)
    return Explanation(reason, failure.event, read_log_tail(ports, failure.event, origin))


def _cause(stacks: Stacks, stack: str, above: tuple[str, ...]) -> Failure | None:
    failed = [event for event in stacks.failures(stack) if event.status.endswith("FAILED")]
    genuine = [event for event in failed if not event.reason.lower().startswith(_CONSEQUENCES)]
    resources = [event for event in genuine if not _is_about(stack, event)]
    first = next(iter(resources or genuine or failed), None)
    if first is None:
        return None
    path = above if _is_about(stack, first) else (*above, first.logical_id)
    inner = None
    if first.type == _STACK and first.physical_id and not _is_about(stack, first) and len(path) < _MAX_DEPTH:
        with suppress(AccessError):  # a policy may allow only the stacks of the system
            inner = _cause(stacks, first.physical_id, path)
    return inner or Failure(first, stack, path or (first.logical_id,))


def _is_about(stack: str, event: StackEvent) -> bool:
    """True for an event about the stack itself, given by name or id, and not about one nested in it."""
    return event.type == _STACK and (event.physical_id == stack or f":stack/{stack}/" in event.physical_id)
