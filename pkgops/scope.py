"""The scope of a stack's build function: its stage and settings, its template, and values of other stacks."""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Mapping
from typing import Any

from troposphere import Equals, Export, If, Join, Not, NoValue, Output, Parameter, Ref, Template

from pkgops.model import ASSET, BUNDLE, INLINE, INLINE_VALUES, Stage, System

# A placeholder that is a legal bucket name, because cfn-lint reads templates before packaging.
ASSET_BUCKET = "asset.bucket"

_REFERENCE = re.compile(r"^[a-z][a-z0-9_]*\.[A-Za-z][A-Za-z0-9]*$")


class Scope:
    """The argument of ``build(scope)``: the stage, the system's settings, and the template being filled.

    ``inputs`` records which parameter comes from which output (``{"StoragePackagesTableName":
    "storage.OrdersTableName"}``): the tool derives the order of stacks from it and fills in the values.
    ``late`` is the same for values that are known only later (`use_later`).
    ``sources`` records where each resource was added ("templates/shop/storage.py:84"), and each output and parameter by
    "Outputs/Name"; ``accepted``
    which findings of ``pkgops check`` the stack accepts, ``includes`` the further files of functions by logical id.
    ``app`` is the manifest of the system's application (``open-next.output.json``), None while it has not been built.
    """

    def __init__(
        self,
        system: System,
        stage: Stage,
        settings: Any,
        description: str = "",
        app: Mapping[str, Any] | None = None,
    ) -> None:
        self.system = system
        self.stage = stage
        self.settings = settings
        self.app = app
        self.inputs: dict[str, str] = {}
        self.late: dict[str, str] = {}
        self.sources: dict[str, str] = {}
        self.accepted: list[dict[str, str]] = []
        self.includes: dict[str, list[str]] = {}
        self.template = Template(Description=description or system.title)
        self.template.set_version("2010-09-09")

    @property
    def environment(self) -> str:
        """The system's own word for the stage (``production``, ``development``)."""
        return self.system.environment(self.stage)

    def named(self, documented: str) -> str:
        """The physical name, on this stage, of something with a documented name (`System.named`)."""
        return self.system.named(self.stage, documented)

    def use(self, reference: str) -> Ref:
        """A value of another stack, ``"<stack key>.<OutputName>"``, as a template parameter.

        No export is imported, so no stack is locked by this. ValueError for a malformed reference; whether the output
        exists is checked once all stacks are built."""
        name = _parameter(reference)
        if name not in self.inputs:
            self.inputs[name] = reference
            self.sources[f"Parameters/{name}"] = _source_line()
            self.template.add_parameter(Parameter(name, Type="String", Description=f"From {reference}"))
        return Ref(name)

    def use_later(self, reference: str) -> If:
        """A value of a stack that itself uses values of this one, for a place where nothing may stand as well: an
        element of a list, or a property that is optional.

        While the other stack is not deployed, nothing stands there. The deployment that deploys it updates this one
        again in the end, with the value. The order of the stacks does not follow from it. ValueError as for `use`."""
        name = _parameter(reference)
        known = f"{name}Known"
        if name not in self.late:
            self.late[name] = reference
            self.sources[f"Parameters/{name}"] = _source_line()
            about = f"From {reference}, empty until that is known"
            self.template.add_parameter(Parameter(name, Type="String", Default="", Description=about))
            self.template.add_condition(known, Not(Equals(Ref(name), "")))
        return If(known, Ref(name), NoValue)

    def add(self, resource: Any) -> Any:
        """Adds a resource and returns it: one of the kit's, or any of troposphere's. ValueError if its logical id is
        that of another one."""
        if resource.title in self.sources:
            kind, place = self.template.resources[resource.title].resource_type, self.sources[resource.title]
            raise ValueError(
                f"the {kind} added at {place or 'another line'} has the logical id {resource.title} already"
            )
        self.sources[resource.title] = _source_line()
        return self.template.add_resource(resource)

    def include(self, function: Any, *patterns: str) -> None:
        """Packages further files with a function, which is what `add` returned or a logical id: patterns of paths in
        the repository ("handlers/shop/plugins/*.py"), in which ``**`` stands for any directories. The template does not
        change."""
        named = function if isinstance(function, str) else function.title
        self.includes.setdefault(named, []).extend(patterns)

    def accept(self, rule: str, resource: Any = None, *, reason: str, subject: str = "*") -> None:
        """Accepts the findings of a rule of ``pkgops check`` ("P401"), with the reason. The template does not change.

        ``resource`` is what `add` returned, or a logical id; None for all resources of the stack. ``subject`` is a
        pattern (``*``, ``?``) that the finding's subject must match. ValueError for an empty reason."""
        if not reason.strip():
            raise ValueError(f"The acceptance of {rule} needs a reason.")
        named = resource if isinstance(resource, str) else resource.title if resource is not None else ""
        row = {"rule": rule, "resource": named, "subject": subject, "reason": reason, "source": _source_line()}
        self.accepted.append(row)

    def output(self, name: str, value: Any, export: str | None = None, description: str = "") -> None:
        """Publishes ``name`` to other stacks and to ``pkgops outputs``; ``export`` is the documented export
        name, staged like every other name."""
        extra: dict[str, Any] = {}
        if export:
            extra["Export"] = Export(self.named(export))
        if description:
            extra["Description"] = description
        self.sources[f"Outputs/{name}"] = _source_line()
        self.template.add_output(Output(name, Value=value, **extra))


def _parameter(reference: str) -> str:
    """The name of the parameter for a value of another stack."""
    if not _REFERENCE.match(reference):
        raise ValueError(f"{reference!r} is not of the form stack.OutputName")
    stack, output = reference.split(".")
    return "".join(part.capitalize() for part in stack.split("_")) + output


def _source_line() -> str:
    """The nearest caller in templates/; this file and the building blocks do not count."""
    frame = sys._getframe(2)
    while frame.f_back is not None:
        path = frame.f_code.co_filename.replace("\\", "/")
        if "/templates/" in path:
            return f"templates/{path.rpartition('/templates/')[2]}:{frame.f_lineno}"
        frame = frame.f_back
    return ""


def handler_code(path: str) -> dict[str, str]:
    """``Code`` properties for the handler at ``path`` (``handlers/shop/api/health.py``): placeholders that packaging
    replaces, so that templates do not change when code does."""
    return {"S3Bucket": ASSET_BUCKET, "S3Key": ASSET + path}


def bundle_code(folder: str) -> dict[str, str]:
    """``Code`` properties for a folder of the application's build ("server-functions/default"), in the same way."""
    return {"S3Bucket": ASSET_BUCKET, "S3Key": BUNDLE + folder}


def inline_code(path: str, values: Mapping[str, Any]) -> dict[str, Any]:
    """``Code`` properties of a function whose code is in the template, for the handler at ``path``: packaging appends
    it. ``values`` become environment variables: texts, or references to values without quotes and backslashes."""
    parts: list[Any] = [f"{INLINE}{path}\n{INLINE_VALUES}'{{"]
    for count, (name, value) in enumerate(sorted(values.items())):
        parts.append(f"{', ' if count else ''}{_literal(name)}: ")
        parts += [_literal(value)] if isinstance(value, str) else ['"', value, '"']
    return {"ZipFile": Join("", [*_joined([*parts, "}'\n"])])}


def _literal(text: str) -> str:
    """A JSON string, between single quotes of Python."""
    return json.dumps(text).replace("'", "\\u0027")


def _joined(parts: list[Any]) -> list[Any]:
    """The parts, with neighbouring texts as one."""
    found: list[Any] = []
    for part in parts:
        if isinstance(part, str) and found and isinstance(found[-1], str):
            found[-1] += part
        else:
            found.append(part)
    return found
