"""The Lambda functions of a system: their code, their environment, their role."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from pkgops.checks.code.uses import Usage
from pkgops.checks.kit.subject import Resource, Subject, token
from pkgops.model import ASSET, INLINE, INLINE_VALUES

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
        environment = variables if isinstance(variables, Mapping) else _inline_values(resource.properties)
        yield LambdaFunction(resource, handler_path(resource.properties), environment)


def handler_path(properties: Mapping[str, Any]) -> str:
    """The file of a function's handler: the packaged one, else the one that ``Handler`` names."""
    key = (properties.get("Code") or {}).get("S3Key")
    if isinstance(key, str) and key.startswith(ASSET):
        return key.removeprefix(ASSET)
    if first := _inline_lines(properties)[:1]:
        return first[0].removeprefix(INLINE)
    called = properties.get("Handler")
    own = isinstance(called, str) and called.startswith("handlers.")
    return called.rpartition(".")[0].replace(".", "/") + ".py" if own and called else ""


def is_inline(properties: Mapping[str, Any]) -> bool:
    """True if packaging puts the function's code into its template (see `pkgops.scope.inline_code`)."""
    return bool(_inline_lines(properties))


def _inline_lines(properties: Mapping[str, Any]) -> list[str]:
    """The lines that a template has of such a function's code: its path and its values, references left out."""
    code = (properties.get("Code") or {}).get("ZipFile")
    parts = code.get("Fn::Join", ["", []])[1] if isinstance(code, Mapping) else []
    text = "".join(part for part in parts if isinstance(part, str)) if isinstance(parts, list) else ""
    return text.splitlines() if text.startswith(INLINE) else []


def _inline_values(properties: Mapping[str, Any]) -> Mapping[str, Any]:
    """The environment variables that such a function's code sets, references left out."""
    found = [line for line in _inline_lines(properties) if line.startswith(INLINE_VALUES)]
    values: dict[str, Any] = json.loads(found[0].removeprefix(INLINE_VALUES).strip("'")) if found else {}
    return values


def target_of(subject: Subject, resource: Resource, value: Any) -> str:
    """The identity of the function that a value names, directly, through an alias or through a version."""
    found = subject.identity(resource.stack, value)
    named = subject.resource(found)
    if named is not None and named.type in ("AWS::Lambda::Alias", "AWS::Lambda::Version"):
        return target_of(subject, named, named.properties.get("FunctionName"))
    return found
