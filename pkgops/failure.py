"""Why did a stack fail?

CloudFormation reports the first failure among dozens of cancellations and, after them, the rollback. The cause is
the first failed resource that was not merely cancelled.
"""

from __future__ import annotations

from pkgops.ports import StackEvent, Stacks

_ECHOES = (
    "resource creation cancelled",
    "resource update cancelled",
    "resource deletion cancelled",
    "rollback requested",
)
_STACK = "AWS::CloudFormation::Stack"


def first_cause(stacks: Stacks, stack: str) -> StackEvent | None:
    """The event that made the newest operation on a stack fail; None if the service tells of none."""
    failed = [event for event in stacks.failures(stack) if event.status.endswith("FAILED")]
    genuine = [event for event in failed if not event.reason.lower().startswith(_ECHOES)]
    resources = [event for event in genuine if event.type != _STACK]
    return next(iter(resources or genuine or failed), None)
