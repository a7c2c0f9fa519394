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
from pkgops.intrinsics import SUBSTITUTED, mapping, references

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
# Of resources that a function refers to: with another name it is another resource, whose reference is another value.
_NAMES = {"BucketName", "FunctionName", "QueueName", "RoleName", "StreamName", "TableName", "TopicName"}


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
    """The packaged ``stack`` with a hash appended to the versions of functions with snapshots: of the values that their
    properties refer to and that are known only now. A hash of other values is replaced.

    Versions of other functions take a new value with their next version (docs/adr/0010)."""
    renamed = {}
    for logical_id, one in resources(stack.template, VERSION):
        function = mapping(
            stack.template["Resources"].get(_function_of(one["Properties"], stack.template["Resources"]))
        )
        properties = mapping(function.get("Properties"))
        values = _values(stack, _versioned(properties), parameters) if "SnapStart" in properties else {}
        if values:
            found = hashlib.sha256(json.dumps(values, sort_keys=True).encode()).hexdigest()[:6]
            renamed[logical_id] = f"{_VALUES.sub('', logical_id)}Values{found}"
    return replace(stack, template=_with_names(stack.template, renamed)) if renamed else stack


def _values(stack: SynthesizedStack, properties: Mapping[str, Any], parameters: Mapping[str, str]) -> dict[str, Any]:
    """What properties of a function refer to, by name: values of parameters, present values of parameters of SSM, and
    names of resources of the stack where another name makes another resource."""
    declared = mapping(stack.template.get("Parameters"))
    found: dict[str, Any] = {}
    for name in references(properties):
        if name in parameters:
            found[name] = parameters[name]
        elif name in declared:
            found[name] = stack.looked_up.get(str(mapping(declared[name]).get("Default", "")))
        else:
            there = mapping(mapping(stack.template["Resources"].get(name)).get("Properties"))
            found[name] = {key: there[key] for key in sorted(_NAMES & there.keys())}
    text = json.dumps(properties)
    found |= {name: value for name, value in stack.looked_up.items() if f":{name}}}}}" in text}
    return {name: value for name, value in found.items() if value}


def _versioned(properties: Mapping[str, Any]) -> dict[str, Any]:
    """The properties of a function that a version holds."""
    return {name: value for name, value in properties.items() if name not in _UNVERSIONED}


def _function_of(version: Mapping[str, Any], functions: Mapping[str, Any]) -> str:
    """The logical id of the function that a version names by its id, its ARN or in a text; "" if it is another one."""
    return next((name for name in references(version["FunctionName"]) if name in functions), "")


def _with_names(template: dict[str, Any], names: Mapping[str, str]) -> dict[str, Any]:
    """The template with those logical ids renamed, and what refers to them."""
    made: dict[str, Any] = _renamed(template, names)
    made["Resources"] = {names.get(name, name): resource for name, resource in made["Resources"].items()}
    return made


def _digest(logical_id: str, version: Mapping[str, Any], functions: Mapping[str, Any]) -> str:
    function = functions.get(_function_of(version, functions))
    if function is None:
        raise BuildError(
            f"{logical_id} is a version of {json.dumps(version['FunctionName'])}, which is not in its template.",
            "Refer to the function by its logical id.",
        )
    kept = _versioned(function["Properties"])
    return hashlib.sha256(json.dumps(kept, sort_keys=True).encode()).hexdigest()[:10]


def _renamed(value: Any, names: Mapping[str, str]) -> Any:
    """``value`` with every Ref, GetAtt, Sub and DependsOn of the renamed ids updated."""
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
        return _attribute(item, names) if isinstance(item, str) else [names.get(item[0], item[0]), *item[1:]]
    if key == "Fn::Sub":
        return _substituted(item, names)
    return _renamed(item, names)


def _attribute(text: str, names: Mapping[str, str]) -> str:
    """ "Version.Arn", or "Version" alone, with the new name."""
    name, dot, attribute = text.partition(".")
    return f"{names.get(name, name)}{dot}{attribute}"


def _substituted(item: Any, names: Mapping[str, str]) -> Any:
    """The text of a Sub, and what it is given; names that it is given are not those of resources."""
    text, given = (item, {}) if isinstance(item, str) else item
    known = {name: fresh for name, fresh in names.items() if name not in given}
    text = SUBSTITUTED.sub(lambda found: f"${{{_attribute(found[1], known)}}}", text)
    return text if isinstance(item, str) else [text, _renamed(given, names)]
