"""What does a template become for an engine that lacks some of its types? The rest, and a list of what was left out."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from pkgops.intrinsics import references

_SUBSTITUTED = re.compile(r"\$\{(\w+)(?:\.([\w.]+))?\}")
Known = Mapping[str, frozenset[str]]  # type -> the attributes that the engine returns for it


class Reduction:
    """A template without what an engine lacks. ``left_out`` are the types and the cases, and the attributes as
    ``Type.Attribute``; what refers to them gets a text instead."""

    def __init__(self, template: Mapping[str, Any], known: Known, code: Mapping[str, str]) -> None:
        self._types = {name: str(one["Type"]) for name, one in template["Resources"].items()}
        self._known = known
        self._gone = {name: why for name, one in template["Resources"].items() if (why := _lacking(one, known))}
        for name, one in template["Resources"].items():
            granted = references(one["Properties"]["FunctionName"]) if one["Type"] == "AWS::Lambda::Permission" else ()
            if self._gone.keys() & set(granted):
                self._gone[name] = "AWS::Lambda::Permission (of an alias)"
        self.left_out = set(self._gone.values())
        kept = {name: one for name, one in template["Resources"].items() if name not in self._gone}
        self.template: dict[str, Any] = {
            **template,
            "Resources": {name: self._resource(one, code) for name, one in kept.items()},
            "Outputs": self._value(template.get("Outputs", {})),
        }

    def _resource(self, resource: Mapping[str, Any], code: Mapping[str, str]) -> dict[str, Any]:
        made: dict[str, Any] = self._value(resource)
        if "DependsOn" in made:
            named = [made["DependsOn"]] if isinstance(made["DependsOn"], str) else made["DependsOn"]
            made["DependsOn"] = [name for name in named if name not in self._gone]
        if made.get("Properties", {}).get("Integration", {}).get("Type") == "MOCK":  # it fails without these
            made["Properties"]["Integration"] = {
                "IntegrationHttpMethod": "POST",
                "Uri": "",
                **made["Properties"]["Integration"],
            }
        if "S3Key" in made.get("Properties", {}).get("Code", {}):
            made["Properties"]["Code"] = dict(code)
        return made

    def _value(self, value: Any) -> Any:
        if isinstance(value, list):
            return [self._value(inner) for inner in value]
        if not isinstance(value, Mapping):
            return value
        if set(value) == {"Ref"}:
            return self._reference(value, str(value["Ref"]), "")
        if set(value) == {"Fn::GetAtt"}:
            named = value["Fn::GetAtt"]
            name, attribute = named if isinstance(named, list) else named.split(".", 1)
            return self._reference(value, name, attribute)
        if set(value) == {"Fn::Sub"}:
            text, given = (value["Fn::Sub"], {}) if isinstance(value["Fn::Sub"], str) else value["Fn::Sub"]
            text = _SUBSTITUTED.sub(lambda found: self._reference(found[0], found[1], found[2] or ""), text)
            return {"Fn::Sub": [text, self._value(given)] if given else text}
        return {key: self._value(inner) for key, inner in value.items()}

    def _reference(self, value: Any, name: str, attribute: str) -> Any:
        kind = self._types.get(name)
        if kind is None:
            return value
        if name not in self._gone:
            if not attribute or attribute in self._known[kind]:
                return value
            self.left_out.add(f"{kind}.{attribute}")
        return f"arn:aws:left-out:us-east-1:123456789012:{name}{attribute}"


def _lacking(resource: Mapping[str, Any], known: Known) -> str:
    """The type of a resource that the engine cannot make, or the case of it; "" if it can."""
    kind, properties = str(resource["Type"]), resource.get("Properties", {})
    if kind not in known:
        return kind
    if kind == "AWS::RDS::DBInstance" and str(properties["Engine"]).startswith("aurora"):
        return f"{kind} (Aurora)"
    return ""


def attributes(value: Any, types: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """(type, attribute) of everything a template asks of its resources."""
    if isinstance(value, Mapping):
        for key, inner in value.items():
            if key == "Fn::GetAtt":
                name, attribute = inner if isinstance(inner, list) else inner.split(".", 1)
                yield types[name], attribute
            elif key == "Fn::Sub":
                text = inner if isinstance(inner, str) else inner[0]
                yield from ((types[name], what) for name, what in _SUBSTITUTED.findall(text) if what and name in types)
            yield from attributes(inner, types)
    elif isinstance(value, list):
        for inner in value:
            yield from attributes(inner, types)
