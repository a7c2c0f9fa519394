"""Function versions: logical ids that change whenever a new version has to be published.

``AWS::Lambda::Version`` is a snapshot that is taken when the resource is created. So its logical id gets a hash of
everything in the version: if code or configuration changes, there is another resource, and the alias refers to it.
Templates have a plain id, so goldens stay the same when code changes.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from pkgops.build.synth import SynthesizedStack, resources
from pkgops.errors import BuildError

_PLACEHOLDER = re.compile(r"\$\{([A-Za-z0-9]+)\}")
_VALUES = re.compile(r"Values[0-9a-f]{6}$")
VERSION = "AWS::Lambda::Version"
# Not part of a version: Lambda would refuse to publish one that differs in nothing else.
_UNVERSIONED = {
    "CodeSigningConfigArn",
    "RecursiveLoop",
    "ReservedConcurrentExecutions",
    "RuntimeManagementConfig",
    "Tags",
}


def pin_versions(template: dict[str, Any]) -> dict[str, Any]:
    """The packaged ``template`` with the hash of its function appended to each version's logical id.

    BuildError for a version whose function is not in the template."""
    functions = template["Resources"]
    renamed = {
        logical_id: logical_id + _digest(logical_id, version["Properties"], functions)
        for logical_id, version in resources(template, VERSION)
    }
    return _with_names(template, renamed) if renamed else template


def pin_values(stack: SynthesizedStack, parameters: Mapping[str, str]) -> SynthesizedStack:
    """The packaged ``stack`` with a hash of parameter values appended to the versions of functions with snapshots: of
    those that their functions refer to, which a snapshot holds, too. A hash of other values is replaced.

    Versions of other functions take a new value with their next version (docs/adr/0010)."""
    renamed = {}
    for logical_id, one in resources(stack.template, VERSION):
        reference = one.get("Properties", {}).get("FunctionName")
        name = reference.get("Ref") if isinstance(reference, dict) else None
        properties = stack.template["Resources"].get(name, {}).get("Properties", {})
        found = {name: parameters[name] for name in sorted(_named(properties)) if name in parameters}
        if "SnapStart" in properties and found:
            values = hashlib.sha256(json.dumps(found).encode()).hexdigest()[:6]
            renamed[logical_id] = f"{_VALUES.sub('', logical_id)}Values{values}"
    return replace(stack, template=_with_names(stack.template, renamed)) if renamed else stack


def _named(value: Any) -> set[str]:
    """The names that a part of a template refers to."""
    if isinstance(value, list):
        return {name for item in value for name in _named(item)}
    if not isinstance(value, dict):
        return set()
    found = {value["Ref"]} if isinstance(value.get("Ref"), str) else set()
    text = value.get("Fn::Sub")
    text = text[0] if isinstance(text, list) else text
    found |= set(_PLACEHOLDER.findall(text)) if isinstance(text, str) else set()
    return found | {name for item in value.values() for name in _named(item)}


def _with_names(template: dict[str, Any], names: Mapping[str, str]) -> dict[str, Any]:
    """The template with those logical ids renamed, and what refers to them."""
    made: dict[str, Any] = _renamed(template, names)
    made["Resources"] = {names.get(name, name): resource for name, resource in made["Resources"].items()}
    return made


def _digest(logical_id: str, version: Mapping[str, Any], functions: Mapping[str, Any]) -> str:
    reference = version["FunctionName"]
    function = functions.get(reference.get("Ref", "") if isinstance(reference, dict) else "")
    if function is None:
        raise BuildError(
            f"{logical_id} is a version of {json.dumps(reference)}, which is not in its template.",
            "Refer to the function by its logical id.",
        )
    kept = {name: value for name, value in function["Properties"].items() if name not in _UNVERSIONED}
    return hashlib.sha256(json.dumps(kept, sort_keys=True).encode()).hexdigest()[:10]


def _renamed(value: Any, names: Mapping[str, str]) -> Any:
    """``value`` with every Ref, GetAtt and DependsOn of the renamed ids updated."""
    if isinstance(value, list):
        return [_renamed(item, names) for item in value]
    if not isinstance(value, dict):
        return value
    return {key: _reference(key, item, names) for key, item in value.items()}


def _reference(key: str, item: Any, names: Mapping[str, str]) -> Any:
    if key in ("Ref", "DependsOn") and isinstance(item, str):
        return names.get(item, item)
    if key == "DependsOn":
        return [names.get(one, one) for one in item]
    if key == "Fn::GetAtt":
        return [names.get(item[0], item[0]), *item[1:]]
    return _renamed(item, names)
