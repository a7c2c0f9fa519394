"""Which function, and which queue, does a value in a template mean?"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from pkgops.build.functions import functions
from pkgops.checks.kit.subject import Resource, Subject

if TYPE_CHECKING:
    from pkgops.build.functions import Function
    from pkgops.build.synth import SynthesizedStack
    from pkgops.checks.code.uses import Usage
    from pkgops.config import Project

_TOKEN = re.compile(r"<(\w+)\.(\w+)>")
_ALIASES = ("AWS::Lambda::Alias", "AWS::Lambda::Version")


class Meaning:
    """The templates of a system, as far as they refer to each other."""

    def __init__(self, project: Project, stacks: Sequence[SynthesizedStack]) -> None:
        self.subject = Subject(project.root, project.stage, project.system, stacks, _unread)
        self._functions = {(one.stack, one.logical_id): one for one in functions(stacks)}

    def function(self, one: Resource, value: Any) -> Function | None:
        """The function that a value of a resource leads to, through its aliases; None if it does not."""
        for _ in range(3):
            found = _TOKEN.search(self.subject.identity(one.stack, value))
            if not found:
                return None
            if (known := self._functions.get((found[1], found[2]))) is not None:
                return known
            alias = self.subject.resource(found[0])
            if alias is None or alias.type not in _ALIASES:
                return None
            one, value = alias, alias.properties.get("FunctionName")
        return None

    def consumers(self, queue: str) -> list[Function]:
        """The functions that get the messages of the queue with that name on the stage."""
        found = []
        for one in self.subject.resources("AWS::Lambda::EventSourceMapping"):
            token = _TOKEN.search(self.subject.identity(one.stack, one.properties.get("EventSourceArn")))
            source = self.subject.resource(token[0]) if token else None
            if source is not None and source.properties.get("QueueName") == queue:
                found.append(self.function(one, one.properties.get("FunctionName")))
        return [one for one in found if one is not None]


def _unread(handler: str) -> Usage:
    raise AssertionError(f"what refers to what is in templates: {handler}")
