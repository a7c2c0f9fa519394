"""Which functions may read a secret? Those whose roles say so."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING

from pkgops.build.functions import functions
from pkgops.checks.iam.statements import statements
from pkgops.checks.kit.subject import Subject

if TYPE_CHECKING:
    from pkgops.build.functions import Function
    from pkgops.build.synth import SynthesizedStack
    from pkgops.checks.code.uses import Usage
    from pkgops.checks.kit.subject import Resource
    from pkgops.config import Project

_READ = "secretsmanager:getsecretvalue"
_POLICIES = ("AWS::IAM::Policy", "AWS::IAM::ManagedPolicy")
_ATTACHMENT = "AWS::SecretsManager::SecretTargetAttachment"
_ANY_END = re.compile(r"(-\?{6}|-\*|\*)$")  # of an ARN: Secrets Manager adds six characters to a name


def readers(project: Project, stacks: Sequence[SynthesizedStack]) -> dict[str, list[Function]]:
    """The functions that may read each declared secret, by its documented name."""
    subject = Subject(project.root, project.stage, project.system, stacks, _unread)
    allowed = {one: set(_texts(subject, one)) for one in functions(stacks)}
    return {
        name: [
            one for one, texts in allowed.items() if any(_means(subject, text, project.named(name)) for text in texts)
        ]
        for name in project.system.all_secrets
    }


def _texts(subject: Subject, function: Function) -> Iterator[str]:
    """The resources that the function's role may read secrets of, as texts."""
    own = subject.resource(f"<{function.stack}.{function.logical_id}>")
    role = subject.identity(own.stack, own.properties.get("Role", "")) if own else ""
    for one in _policies(subject, role):
        for statement in statements(one.properties):
            named = any(fnmatchcase(_READ, action.lower()) for action in statement.actions)
            if statement.allows and not statement.inverted and named:
                yield from (subject.identity(one.stack, value) for value in statement.resources)


def _policies(subject: Subject, role: str) -> Iterator[Resource]:
    """The role, and the policies that are attached to it."""
    if (found := subject.resource(role)) is not None:
        yield found
    for one in subject.resources(*_POLICIES):
        given = one.properties.get("Roles")
        if role and isinstance(given, list) and role in [subject.identity(one.stack, value) for value in given]:
            yield one


def _means(subject: Subject, text: str, name: str) -> bool:
    """Whether a resource of a statement is the secret of that name on the stage."""
    declared = subject.resource(text)
    if declared is not None and declared.type == _ATTACHMENT:
        declared = subject.resource(subject.identity(declared.stack, declared.properties.get("SecretId", "")))
    if declared is not None:
        return bool(declared.properties.get("Name") == name)
    if text == "*":
        return True
    pattern = _ANY_END.sub("*", text.rpartition(":secret:")[2] or text)
    return fnmatchcase(name, pattern) or pattern.removesuffix("*") == name


def _unread(handler: str) -> Usage:
    raise AssertionError(f"who may read secrets is in templates: {handler}")
