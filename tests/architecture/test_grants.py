"""May a function do to a table's items what its code does to them, and nothing else?"""

from __future__ import annotations

import pytest

from pkgops.build.build import synthesized
from pkgops.checks.kit.functions import LambdaFunction, functions
from pkgops.checks.kit.grants import Grant, allowed, allows, reaches, targets
from pkgops.checks.kit.subject import Subject
from pkgops.config import load
from tests.architecture.tree import ROOT
from tests.builds import Builds
from tests.repository import SYSTEMS

# Of a stream: Lambda uses them for the function, together.
STREAM = {f"dynamodb:{name}" for name in ("DescribeStream", "GetRecords", "GetShardIterator", "ListStreams")}


@pytest.mark.parametrize("system", SYSTEMS)
def test_functions_are_granted_the_operations_they_use(system: str, builds: Builds) -> None:
    """Found from the code. `pkgops check` is more generous: whoever writes items may be granted all ways to write."""
    project = load("dev", system, ROOT, environ={})
    subject = Subject(ROOT, project.stage, project.system, synthesized(project), builds.usage)
    looked_at, unused = 0, []
    for function in functions(subject):
        if not function.handler:  # an application's build, whose code is elsewhere
            continue
        held = allowed(subject, function)
        assert held is not None, function.resource.id
        for grant in held.grants:
            actions = {one for one in grant.statement.actions if one.startswith("dynamodb:")} - STREAM
            looked_at += len(actions)
            unused += [
                f"{function.resource.id}: {one} on {grant.shown}" for one in actions - used(subject, function, grant)
            ]
    tables = any(one.type == "AWS::DynamoDB::Table" for one in subject.resources())
    assert looked_at > 20 or not tables
    assert unused == []


def used(subject: Subject, function: LambdaFunction, grant: Grant) -> set[str]:
    """The actions of a grant that the function's code uses on what it is granted for."""
    usage = function.usage(subject)
    assert usage is not None, function.resource.id
    assert not usage.unresolved, function.resource.id
    found: set[str] = set()
    for use in usage.uses:
        on = targets(subject, function, use)
        if on is None or any(reaches(grant.on, one) for one in on):
            found |= {action for action in use.actions if allows(grant, action)}
    return found
