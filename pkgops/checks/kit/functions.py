"""The Lambda functions of a system: their code, their environment, their role."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from pkgops.checks.code.uses import Usage
from pkgops.checks.kit.subject import Resource, Subject, token
from pkgops.model import ASSET

FUNCTION = "AWS::Lambda::Function"
# Set by Lambda itself.
RUNTIME_VARIABLES = ("AWS_", "LAMBDA_", "_HANDLER", "_X_AMZN", "TZ", "PATH", "LANG", "PYTHONPATH")


@dataclass(frozen=True, slots=True)
class LambdaFunction:
    """A function. ``handler`` is the path of its file ("" if the project has none), ``environment`` its variables
    in the template."""

    resource: Resource
    handler: str
    environment: Mapping[str, Any]

    @property
    def identity(self) -> str:
        """See `Subject.identity`."""
        return token(self.resource.stack.key, self.resource.id)

    def usage(self, subject: Subject) -> Usage | None:
        """The usage of its code; None if the project has no such file."""
        return subject.read(self.handler) if self.handler and (subject.root / self.handler).is_file() else None


def functions(subject: Subject) -> Iterator[LambdaFunction]:
    """Every function of the system."""
    for resource in subject.resources(FUNCTION):
        variables = (resource.properties.get("Environment") or {}).get("Variables")
        environment = variables if isinstance(variables, Mapping) else {}
        yield LambdaFunction(resource, handler_path(resource.properties), environment)


def handler_path(properties: Mapping[str, Any]) -> str:
    """The file of a function's handler: the packaged one, else the one that ``Handler`` names."""
    key = (properties.get("Code") or {}).get("S3Key")
    if isinstance(key, str) and key.startswith(ASSET):
        return key.removeprefix(ASSET)
    called = properties.get("Handler")
    own = isinstance(called, str) and called.startswith("handlers.")
    return called.rpartition(".")[0].replace(".", "/") + ".py" if own and called else ""


def target_of(subject: Subject, resource: Resource, value: Any) -> str:
    """The identity of the function that a value names, directly, through an alias or through a version."""
    found = subject.identity(resource.stack, value)
    named = subject.resource(found)
    if named is not None and named.type in ("AWS::Lambda::Alias", "AWS::Lambda::Version"):
        return target_of(subject, named, named.properties.get("FunctionName"))
    return found
