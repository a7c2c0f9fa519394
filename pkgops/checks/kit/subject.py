"""The subject of a rule: a system on a stage, its templates and the files of its project."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, Protocol

from pkgops.checks.code.uses import Usage
from pkgops.model import Stage, System

_SUBSTITUTED = re.compile(r"\$\{([^!}][^}]*)\}")


class Template(Protocol):
    """One stack's template; see `pkgops.build.synth.SynthesizedStack`."""

    @property
    def key(self) -> str:
        """The stack's key."""

    @property
    def name(self) -> str:
        """The stack's name on the stage."""

    @property
    def template(self) -> dict[str, Any]:
        """The template."""

    @property
    def inputs(self) -> Mapping[str, str]:
        """Parameter -> the output that fills it."""

    @property
    def sources(self) -> Mapping[str, str]:
        """Logical id -> the line that adds it."""

    @property
    def accepted(self) -> Sequence[Mapping[str, str]]:
        """The findings the stack accepts."""


@dataclass(frozen=True, slots=True)
class Found:
    """A problem found by a rule; see `pkgops.checks.kit.finding.Finding`. ``severity`` is "" for that of the rule."""

    message: str
    stack: str = ""
    resource: str = ""
    path: str = ""
    subject: str = ""
    file: str = ""
    line: int = 0
    severity: str = ""


@dataclass(frozen=True, slots=True)
class Resource:
    """A resource of a template. ``body`` is all of it, ``properties`` its properties."""

    stack: Template
    id: str
    type: str
    body: Mapping[str, Any]
    file: str
    line: int

    @property
    def properties(self) -> Mapping[str, Any]:
        """Its properties; {} where it has none."""
        found: Mapping[str, Any] = self.body.get("Properties") or {}
        return found

    def found(self, message: str, *path: str | int, subject: str = "", severity: str = "") -> Found:
        """A finding about the resource, or about the property at that path. ``message`` follows the resource's name
        ("has no dead-letter queue.")."""
        where = "/".join(map(str, ("Resources", self.id, *(("Properties", *path) if path else ()))))
        named = f"{self.id} {message}"
        return Found(named, self.stack.key, self.id, where, subject, self.file, self.line, severity)


class Subject:
    """A system on a stage.

    ``stacks`` are all of its templates, ``root`` is its project; ``read`` is the usage of a handler's code."""

    def __init__(
        self, root: Path, stage: Stage, system: System, stacks: Sequence[Template], read: Callable[[str], Usage]
    ) -> None:
        self.root = root
        self.stage = stage
        self.system = system
        self.stacks = stacks
        self.read = read

    @property
    def careful(self) -> bool:
        """Whether the stage is production, or protected."""
        return self.stage.production or self.stage.protected

    def resources(self, *types: str) -> Iterator[Resource]:
        """The resources of those types (all types if none is given), of all stacks."""
        for stack in self.stacks:
            for logical_id, body in stack.template.get("Resources", {}).items():
                if not types or body["Type"] in types:
                    yield Resource(stack, logical_id, body["Type"], body, *self.place(stack, logical_id))

    def resource(self, identity: str) -> Resource | None:
        """The resource with an `identity`; None if the system has none."""
        return self._by_identity.get(identity)

    @cached_property
    def _by_identity(self) -> dict[str, Resource]:
        return {token(one.stack.key, one.id): one for one in self.resources()}

    def place(self, stack: Template, logical_id: str = "") -> tuple[str, int]:
        """File and line that add a resource; the stack's file and 0 if they are unknown."""
        file, _, line = stack.sources.get(logical_id, "").rpartition(":")
        own = f"{self.system.package.replace('.', '/')}/{stack.key}.py"
        return (file, int(line)) if file and line.isdigit() else (own, 0)

    def identity(self, stack: Template, value: Any) -> str:
        """The canonical text of a value in a stack's template: equal for all references to a resource.

        A reference to a resource of any stack, by name, by ARN or through a parameter, is ``<stack.LogicalId>``; text
        around it is kept (``arn:...:table/<storage.Table>``). A literal physical name is a reference as well."""
        text = self._identity(stack, value, frozenset())
        return self._named.get(text, text)

    def _identity(self, stack: Template, value: Any, seen: frozenset[tuple[str, str]]) -> str:
        if isinstance(value, str):
            return value
        if not isinstance(value, Mapping) or len(value) != 1:
            return repr(value)
        ((function, argument),) = value.items()
        if function == "Ref":
            return self._reference(stack, str(argument), seen)
        if function == "Fn::GetAtt":
            name = argument[0] if isinstance(argument, list) else str(argument).partition(".")[0]
            return self._reference(stack, str(name), seen)
        if function == "Fn::Sub" and isinstance(argument, str):
            parts = _SUBSTITUTED.sub(lambda m: self._reference(stack, m[1].partition(".")[0], seen), argument)
            return self._arn(parts)
        if function == "Fn::Join" and isinstance(argument[1], list):
            return self._arn(str(argument[0]).join(self._identity(stack, part, seen) for part in argument[1]))
        return repr(value)

    def _reference(self, stack: Template, name: str, seen: frozenset[tuple[str, str]]) -> str:
        if name.startswith("AWS::"):
            return f"${name.removeprefix('AWS::')}"
        if name in stack.template.get("Resources", {}):
            return token(stack.key, name)
        key, _, output = stack.inputs.get(name, "").partition(".")
        upstream = next((one for one in self.stacks if one.key == key), None)
        if upstream is None or (key, output) in seen:
            default = stack.template.get("Parameters", {}).get(name, {}).get("Default")
            return f"${{{name}}}" if default is None else str(default)
        published = upstream.template.get("Outputs", {}).get(output, {}).get("Value", "")
        return self._identity(upstream, published, seen | {(key, output)})

    def _arn(self, text: str) -> str:
        """An ARN with a literal physical name in it replaced by the resource's identity: at its end, or that of a table
        before its index or stream."""
        if not text.startswith("arn:"):
            return text
        head, colon, last = text.rpartition(":")
        *before, tail = last.split("/")
        if before[:1] == ["table"]:
            before = ["table", *(self._named.get(part, part) for part in before[1:2]), *before[2:]]
        return head + colon + "/".join([*before, self._named.get(tail, tail)])

    @cached_property
    def _named(self) -> dict[str, str]:
        """The identities of resources by literal physical name, for names that are unique."""
        found: dict[str, set[str]] = {}
        for one in self.resources():
            kind = one.type.rpartition("::")[2]
            name = one.properties.get(f"{kind}Name", one.properties.get("Name"))
            if isinstance(name, str):
                found.setdefault(name, set()).add(token(one.stack.key, one.id))
        return {name: tokens.pop() for name, tokens in found.items() if len(tokens) == 1}


def token(stack: str, logical_id: str) -> str:
    """The identity of a resource."""
    return f"<{stack}.{logical_id}>"
