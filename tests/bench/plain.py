"""How would these templates look as a plain troposphere script?

The floor of ``pkgops synth``: every object of the built templates written as the constructor call that makes it,
with explicit classes, as somebody would write it who does without any building blocks.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from awacs import aws as awacs_aws
from troposphere import (
    AWSHelperFn,
    BaseAWSObject,
    Equals,
    Export,
    GetAtt,
    GetAZs,
    If,
    Join,
    Not,
    Ref,
    Select,
    Split,
    Sub,
    Tags,
    Template,
)

_LIBRARIES = ("troposphere", "awacs")
# What they are made of is a list of their arguments.
_BY_POSITION = (Ref, GetAZs, GetAtt, Sub, Join, Not, Equals, If, Select, Split)

HEAD = "import json\nimport sys\n"
TAIL = """

def main():
    json.dump({name: build() for name, build in BUILD.items()}, sys.stdout, indent=2)
"""


def script(templates: Mapping[str, Template]) -> str:
    """A module whose ``main`` prints all templates as one JSON object by stack name."""
    writer = _Writer()
    bodies = [writer.function(f"build_{number}", template) for number, template in enumerate(templates.values())]
    table = ", ".join(f"{name!r}: build_{number}" for number, name in enumerate(templates))
    imports = "".join(f"import {module}\n" for module in sorted(writer.modules))
    return "\n\n".join([HEAD + imports, *writer.classes.values(), *bodies, f"BUILD = {{{table}}}"]) + TAIL


class _Writer:
    def __init__(self) -> None:
        self.modules = {"troposphere"}
        self.classes: dict[str, str] = {}

    def function(self, name: str, template: Template) -> str:
        """One template as a function that returns its dictionary."""
        lines = [f"def {name}():", "    t = troposphere.Template()"]
        if template.description:
            lines.append(f"    t.set_description({template.description!r})")
        if template.version:
            lines.append(f"    t.set_version({template.version!r})")
        for kind in ("parameter", "condition", "resource", "output"):
            lines += [f"    {line}" for line in self._added(kind, getattr(template, f"{kind}s"))]
        return "\n".join([*lines, "    return t.to_dict()"])

    def _added(self, kind: str, values: Mapping[str, Any]) -> Iterator[str]:
        for title, value in values.items():
            given = f"{title!r}, {self.value(value)}" if kind == "condition" else self.value(value)
            yield f"t.add_{kind}({given})"

    def value(self, value: Any) -> str:
        """The expression that makes a value."""
        if isinstance(value, Mapping):
            return "{" + ", ".join(f"{key!r}: {self.value(one)}" for key, one in value.items()) + "}"
        if isinstance(value, list | tuple):
            return "[" + ", ".join(map(self.value, value)) + "]"
        if isinstance(value, BaseAWSObject):
            return self._object(value)
        if isinstance(value, AWSHelperFn):
            return self._function(value)
        if type(value).__module__.startswith("awacs"):
            return self._policy(value)
        return _literal(value)

    def _object(self, value: BaseAWSObject) -> str:
        attributes = {name: value.resource[name] for name in value.attributes if name in value.resource}
        title = [repr(value.title)] if value.title else []
        return self._call(value, title, {**value.properties, **attributes})

    def _function(self, value: AWSHelperFn) -> str:
        if isinstance(value, Tags):
            return self._call(value, [self.value({tag["Key"]: tag["Value"] for tag in value.tags})], {})
        if isinstance(value, Export):
            return self._call(value, [self.value(value.data["Name"])], {})
        ((_, given),) = value.data.items()
        if isinstance(value, Ref | GetAZs) or (isinstance(value, Sub) and not isinstance(given, list)):
            given = [given]
        if isinstance(value, _BY_POSITION):
            return self._call(value, map(self.value, given), {})
        raise TypeError(f"write down how {type(value).__name__} is made")

    def _policy(self, value: Any) -> str:
        if isinstance(value, awacs_aws.Action):
            own = type(value) is not awacs_aws.Action
            return self._call(value, [repr(value.action)] if own else [repr(value.prefix), repr(value.action)], {})
        if isinstance(value, awacs_aws.Principal):
            given = value.data if isinstance(value.data, str) else next(iter(value.data.items()))
            return self._call(value, [repr(given)] if isinstance(given, str) else map(self.value, given), {})
        if isinstance(value, awacs_aws.Condition):
            return self._call(value, [self.value(list(value.conditions))], {})
        if isinstance(value, awacs_aws.ConditionElement):
            return self._call(value, [self.value(value.get_dict())], {})
        return self._call(value, [], value.properties)

    def _call(self, value: Any, given: Iterable[str], named: Mapping[str, Any]) -> str:
        kind = self._kind(type(value))
        keywords = [f"{name}={self.value(one)}" for name, one in named.items() if _is_name(name)]
        others = {name: one for name, one in named.items() if not _is_name(name)}
        rest = [f"**{self.value(others)}"] if others else []
        return f"{kind}({', '.join([*given, *keywords, *rest])})"

    def _kind(self, kind: type) -> str:
        """The class of the libraries in the place of what the kit derives from it, for which the kit would be imported;
        a class of the script's own where that has properties that the libraries do not know."""
        base = next(one for one in kind.__mro__ if one.__module__.partition(".")[0] in _LIBRARIES)
        self.modules.add(base.__module__)
        name = f"{base.__module__}.{base.__qualname__}"
        if (own := getattr(kind, "props", None)) == getattr(base, "props", None):
            return name
        rows = ", ".join(f"{key!r}: (object, {required})" for key, (_, required) in own.items())
        self.classes[kind.__name__] = f"class {kind.__name__}({name}):\n    props = {{{rows}}}\n"
        return kind.__name__


def _is_name(text: str) -> bool:
    return text.isidentifier() and text not in {"None", "True", "False"}


def _literal(value: Any) -> str:
    for kind in (bool, int, float, str):
        if isinstance(value, kind):
            return repr(kind(value))
    raise TypeError(f"write down how {type(value).__name__} is made")
