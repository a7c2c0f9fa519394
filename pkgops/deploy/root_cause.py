"""Why did a stack fail?

CloudFormation reports the first failure among dozens of cancellations and, after them, the rollback. The cause is
the first failed resource that was not merely cancelled. Where that is a nested stack, the cause is inside it.
"""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass

from pkgops.build.synth import Synthesized
from pkgops.deploy.custom_resource_log import Origin, read_log_tail
from pkgops.errors import AccessError
from pkgops.ports.ports import Ports
from pkgops.ports.stacks import StackEvent, Stacks

_ECHOES = (
    "resource creation cancelled",
    "resource update cancelled",
    "resource deletion cancelled",
    "rollback requested",
)
_STACK = "AWS::CloudFormation::Stack"
_DEEPEST = 20  # far beyond what anybody nests


@dataclass(frozen=True, slots=True)
class Failure:
    """The failed resource: its event, the stack (name or id) that holds it, and the logical ids on the way to it:
    those of nested stacks, outermost first, then its own."""

    event: StackEvent
    stack: str
    path: tuple[str, ...]

    @property
    def name(self) -> str:
        """ "Jobs > Queue" for a queue in the nested stack Jobs."""
        return " > ".join(self.path)


@dataclass(frozen=True, slots=True)
class Explanation:
    """What to say about a stack that failed: ``reason`` names the resource, what happened and the line of the
    templates that asked for it; ``log`` is the end of what the function behind it said."""

    reason: str
    cause: StackEvent | None = None
    log: tuple[str, ...] = ()


def first_failure(stacks: Stacks, stack: str) -> Failure | None:
    """What made the newest operation on a stack (name or id) fail; None if the service tells of nothing."""
    return _cause(stacks, stack, ())


def explain_failure(
    ports: Ports, id: str, declared: Synthesized | None = None, parameters: Mapping[str, str] = {}
) -> Explanation:
    """Everything known about a failed operation on the stack ``id``. ``declared`` is what it was to become, if it
    was to become anything."""
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
    genuine = [event for event in failed if not event.reason.lower().startswith(_ECHOES)]
    resources = [event for event in genuine if not _is(stack, event)]
    first = next(iter(resources or genuine or failed), None)
    if first is None:
        return None
    path = above if _is(stack, first) else (*above, first.logical_id)
    inner = None
    if first.type == _STACK and first.physical_id and not _is(stack, first) and len(path) < _DEEPEST:
        with suppress(AccessError):  # a policy may name the stacks of the system alone
            inner = _cause(stacks, first.physical_id, path)
    return inner or Failure(first, stack, path or (first.logical_id,))


def _is(stack: str, event: StackEvent) -> bool:
    """True for an event about the stack itself, by name or id, and not about one nested in it."""
    return event.type == _STACK and (event.physical_id == stack or f":stack/{stack}/" in event.physical_id)
