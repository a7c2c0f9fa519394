"""Which resources does a value of a template mean: by reference, through another stack's output, or by name?"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from fnmatch import fnmatchcase
from functools import cached_property
from typing import Any

from pkgops.build.synth import SynthesizedStack
from pkgops.checks.code.uses import Usage
from pkgops.checks.kit.subject import Resource, Subject
from pkgops.config import Project
from pkgops.graph.kinds import NODES
from pkgops.graph.model import ResourceKey

_TOKEN = re.compile(r"<(\w+)\.(\w+)>")
_SERVICES = {"stepfunctions": "states", "cognito": "cognito-idp"}  # in ARNs, where CloudFormation has another word
_SURE = 4  # characters of a pattern that are none of *?, before it is believed to mean something


class References:
    """The resources of a system's stacks, and what values in them refer to."""

    def __init__(self, project: Project, stacks: Sequence[SynthesizedStack]) -> None:
        known = [replace(stack, inputs={**stack.late, **stack.inputs}) for stack in stacks]
        self.stacks = {stack.key: stack for stack in known}
        self._subject = Subject(project.root, project.stage, project.system, known, _unread)
        self.resources: dict[ResourceKey, Resource] = {
            (one.stack.key, one.id): one for one in self._subject.resources() if isinstance(one.body, Mapping)
        }

    def of(self, stack: str, value: Any) -> tuple[ResourceKey, ...]:
        """The resources that a value in a stack's template refers to, without repetitions."""
        return tuple(dict.fromkeys(self._of(stack, value)))

    def text(self, stack: str, value: Any) -> str:
        """A value as text, in which references stand as ``<stack.LogicalId>`` (see `Subject.identity`)."""
        return self._subject.identity(self.stacks[stack], value)

    def _of(self, stack: str, value: Any) -> Iterator[ResourceKey]:
        if isinstance(value, str):
            yield from self._in_text(self.text(stack, value))
        elif isinstance(value, list | tuple):
            for inner in value:
                yield from self._of(stack, inner)
        elif isinstance(value, Mapping):
            for function, argument in value.items():
                if function in {"Ref", "Fn::GetAtt"} or (function == "Fn::Sub" and isinstance(argument, str)):
                    yield from self._in_text(self.text(stack, {function: argument}))
                elif function == "Fn::Sub":
                    yield from self._in_text(self.text(stack, {function: argument[0]}))
                    yield from self._of(stack, argument[1])
                else:
                    yield from self._of(stack, argument)
                    yield from self._in_text(self.text(stack, value)) if function == "Fn::Join" else ()

    def _in_text(self, text: str) -> Iterator[ResourceKey]:
        found = [(stack, name) for stack, name in _TOKEN.findall(text) if (stack, name) in self.resources]
        yield from found
        if not found and text.startswith("arn:") and text.count(":") >= 5:
            _, _, service, _, _, rest = text.split(":", 5)
            yield from self._named_in(service, rest)

    def _named_in(self, service: str, rest: str) -> Iterator[ResourceKey]:
        """The resources named in the last part of an ARN: ``table/orders/index/*``, ``secret:shop/key-??????``."""
        whole = rest.partition(":")[2] or rest.partition("/")[2]
        for part in dict.fromkeys((rest, whole, *re.split("[:/]", rest))):
            name = part.removesuffix("-??????").removesuffix("-*")
            if (service, name) in self._names:
                yield self._names[service, name]
                return
        for part in (rest, whole, rest.partition("/")[0]):
            if "*" in part and len(part.replace("*", "").replace("?", "")) >= _SURE:
                yield from (key for (of, name), key in self._names.items() if of == service and fnmatchcase(name, part))

    @cached_property
    def by_name(self) -> dict[str, tuple[ResourceKey, ...]]:
        """Nodes by physical name alone."""
        found: dict[str, tuple[ResourceKey, ...]] = {}
        for (_, name), key in self._names.items():
            found[name] = (*found.get(name, ()), key)
        return found

    @cached_property
    def _names(self) -> dict[tuple[str, str], ResourceKey]:
        """Nodes by service and physical name."""
        found = {}
        for key, one in self.resources.items():
            if one.type in NODES and (name := physical_name(one)) is not None:
                service = one.type.split("::")[1].lower()
                text = name if isinstance(name, str) else self.text(key[0], name)
                found[_SERVICES.get(service, service), text] = key
        return found


def physical_name(resource: Resource) -> Any:
    """The property with a resource's name; None where CloudFormation makes one up."""
    kind = resource.type.rpartition("::")[2]
    names = (f"{kind}Name", "Name", f"{kind}Identifier", f"{kind}Id", "EmailIdentity")
    return next((resource.properties[name] for name in names if name in resource.properties), None)


def _unread(handler: str) -> Usage:
    raise AssertionError(f"a picture reads no code: {handler}")
