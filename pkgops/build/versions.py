"""Function versions: logical ids that change whenever a new version has to be published.

``AWS::Lambda::Version`` is a snapshot that is taken when the resource is created. So its logical id gets a hash of
everything in the version: if code or configuration changes, there is another resource, and the alias refers to it.
Templates have a plain id, so goldens stay the same when code changes.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from typing import Any

from pkgops.build.synth import resources
from pkgops.errors import BuildError

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
    if not renamed:
        return template
    pinned: dict[str, Any] = _renamed(template, renamed)
    pinned["Resources"] = {renamed.get(name, name): resource for name, resource in pinned["Resources"].items()}
    return pinned


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
