"""A change set in deployment mode REVERT_DRIFT reverts what was changed outside the stack to its template."""

from __future__ import annotations

import json
from contextlib import suppress
from contextvars import ContextVar
from copy import deepcopy
from typing import Any

from pkgops.local.hooks.patch import require, wrap
from pkgops.local.hooks.types import Types

AFTER = ("cloudformation.output_changes", "cloudformation.import_existing")  # whose results it changes
_MODE = "REVERT_DRIFT"
Drifts = dict[str, dict[str, Any]]
_executing: ContextVar[Drifts | None] = ContextVar("reverted_drifts", default=None)


def install(_: Types) -> None:
    """The change set compares template and present state; its execution updates from the present state."""
    from ministack.services import cloudformation
    from ministack.services.cloudformation import changesets, drift, provisioners, stacks

    require(cloudformation, "_ACTION_HANDLERS", "_change_sets", "_stacks")
    require(drift, "supports_drift", "detect_resource_drift")
    require(provisioners, "_property_recreation")
    require(stacks, "_replacement", "_stack_region_context")
    require(changesets, "_find_change_set", "_error", "_p", "_esc", "_resolve_refs", "_evaluate_conditions")
    actions: dict[str, Any] = cloudformation._ACTION_HANDLERS
    actions["CreateChangeSet"] = _comparing(actions["CreateChangeSet"])
    actions["DescribeChangeSet"] = _showing_drifts(actions["DescribeChangeSet"])
    actions["ExecuteChangeSet"] = _with_drifts(actions["ExecuteChangeSet"])
    wrap(changesets, "_deploy_stack_async", _reverting)


def _comparing(original: Any) -> Any:
    from ministack.services import cloudformation
    from ministack.services.cloudformation import changesets

    def create(parameters: Any) -> Any:
        if changesets._p(parameters, "DeploymentMode") != _MODE:
            return original(parameters)
        if changesets._p(parameters, "ChangeSetType", "UPDATE") != "UPDATE":  # AWS's words were not measured
            return changesets._error("ValidationError", f"DeploymentMode {_MODE} needs a change set of type UPDATE.")
        before = set(cloudformation._change_sets.keys())
        answer = original(parameters)
        for identifier in set(cloudformation._change_sets.keys()) - before:
            _review(cloudformation._change_sets[identifier])
        return answer

    return create


def _review(change_set: dict[str, Any]) -> None:
    """Adds what has drifted to a new change set; an empty one may then have changes."""
    drifts = _drifts(change_set["StackName"])
    change_set["_drifts"] = drifts
    drifted = {key: row for key, row in drifts.items() if row["StackResourceDriftStatus"] in {"MODIFIED", "DELETED"}}
    wanted = change_set["_template"].get("Resources", {})
    changes = {row["ResourceChange"]["LogicalResourceId"]: row for row in change_set["Changes"]}
    for logical_id, row in drifted.items():
        if logical_id in wanted:
            changes[logical_id] = {"ResourceChange": _change(row, changes.get(logical_id, {}).get("ResourceChange"))}
    change_set["Changes"] = [changes[key] for key in sorted(changes)]
    if changes and change_set["Status"] == "FAILED":
        change_set.update(Status="CREATE_COMPLETE", ExecutionStatus="AVAILABLE", StatusReason="")


def _drifts(stack_name: str) -> Drifts:
    from ministack.core.responses import now_iso
    from ministack.services import cloudformation
    from ministack.services.cloudformation import drift, stacks

    stack = cloudformation._stacks[stack_name]
    with stacks._stack_region_context(stack):
        return {
            logical_id: drift.detect_resource_drift(stack, logical_id, record, now_iso())
            for logical_id, record in stack.get("_resources", {}).items()
            if drift.supports_drift(record.get("ResourceType", ""))
        }


def _change(row: dict[str, Any], change: dict[str, Any] | None) -> dict[str, Any]:
    """A change that reverts a drift, together with what the template changes anyway."""
    from ministack.services.cloudformation import provisioners, stacks

    kind = row["ResourceType"]
    common = {"LogicalResourceId": row["LogicalResourceId"], "ResourceType": kind}
    if row["StackResourceDriftStatus"] == "DELETED":
        return {"Action": "Add", **common}
    details = list((change or {}).get("Details", []))
    for name in dict.fromkeys(one["PropertyPath"].split("/")[1] for one in row["PropertyDifferences"]):
        target = {
            "Attribute": "Properties",
            "Name": name,
            "RequiresRecreation": provisioners._property_recreation(kind, name),
        }
        details.append({"Target": target, "Evaluation": "Static", "ChangeSource": "NoModification"})
    return {
        "Action": "Modify",
        **common,
        "PhysicalResourceId": row["PhysicalResourceId"],
        "Replacement": stacks._replacement(details, False),
        "Scope": list(dict.fromkeys(["Properties", *(change or {}).get("Scope", [])])),
        "Details": details,
    }


def _showing_drifts(original: Any) -> Any:
    """Adds what only drift-aware change sets describe."""
    from ministack.services.cloudformation import changesets

    def describe(parameters: Any) -> Any:
        answer = original(parameters)
        _, change_set = changesets._find_change_set(
            changesets._p(parameters, "ChangeSetName"), changesets._p(parameters, "StackName")
        )
        if not change_set or "_drifts" not in change_set:
            return answer
        status, headers, body = answer
        head, *changes = (body if isinstance(body, str) else body.decode()).split("<ResourceChange>")
        statuses = [row["StackResourceDriftStatus"] for row in change_set["_drifts"].values()]
        overall = "DRIFTED" if {"MODIFIED", "DELETED"} & set(statuses) else "IN_SYNC"
        mode = f"<DeploymentMode>{_MODE}</DeploymentMode><StackDriftStatus>{overall}</StackDriftStatus><ChangeSetId>"
        text = head.replace("<ChangeSetId>", mode, 1)
        values = changesets._p(parameters, "IncludePropertyValues", "false").lower() == "true"
        for change, row in zip(changes, change_set["Changes"], strict=True):
            logical_id = row["ResourceChange"]["LogicalResourceId"]
            found = change_set["_drifts"].get(logical_id, {}).get("StackResourceDriftStatus", "UNSUPPORTED")
            contexts = _contexts(change_set, logical_id) if values and found in {"MODIFIED", "DELETED"} else ""
            text += f"<ResourceChange><ResourceDriftStatus>{found}</ResourceDriftStatus>{contexts}{change}"
        return status, headers, text if isinstance(body, str) else text.encode()

    return describe


def _contexts(change_set: dict[str, Any], logical_id: str) -> str:
    """A drifted resource's present properties, and those it will get."""
    from ministack.services import cloudformation
    from ministack.services.cloudformation import changesets

    stack = cloudformation._stacks[change_set["StackName"]]
    template, given, row = change_set["_template"], change_set["_resolved_params"], change_set["_drifts"][logical_id]
    wanted = deepcopy(template["Resources"][logical_id].get("Properties", {}))
    conditions, mappings = changesets._evaluate_conditions(template, given), template.get("Mappings", {})
    with suppress(ValueError):  # it names something that is still to be made
        place = (conditions, mappings, stack["StackName"], stack["StackId"])
        wanted = changesets._resolve_refs(wanted, stack["_resources"], given, *place)
    contexts = {"AfterContext": wanted}
    if row["StackResourceDriftStatus"] == "MODIFIED":
        contexts["BeforeContext"] = _present(stack["_resources"][logical_id]["Properties"], row)
    texts = {name: json.dumps({"Properties": value}, default=str) for name, value in contexts.items()}
    return "".join(f"<{name}>{changesets._esc(text)}</{name}>" for name, text in texts.items())


def _with_drifts(original: Any) -> Any:
    """Passes the drifts to revert to the deployment that the execution starts."""
    from ministack.services.cloudformation import changesets

    def execute(parameters: Any) -> Any:
        _, change_set = changesets._find_change_set(
            changesets._p(parameters, "ChangeSetName"), changesets._p(parameters, "StackName")
        )
        token = _executing.set((change_set or {}).get("_drifts"))
        try:
            return original(parameters)
        finally:
            _executing.reset(token)

    return execute


def _reverting(original: Any) -> Any:
    """An update calls a resource's handler where old and new properties differ, and creates a resource it does not
    know. So the stack is given its present state; if it rolls back, it gets the recorded one again."""

    async def deploy(name: str, *arguments: Any, previous_stack: Any = None, **options: Any) -> Any:
        from ministack.services import cloudformation

        records = (previous_stack or {}).get("_resources", {})
        kept = {key: records[key] for key in _executing.get() or {} if key in records}
        stack = cloudformation._stacks[name]
        for key, record in kept.items():
            row = (_executing.get() or {})[key]
            if row["StackResourceDriftStatus"] == "DELETED":
                del records[key]
                stack["_resources"].pop(key, None)
            elif row["StackResourceDriftStatus"] == "MODIFIED":
                records[key] = {**record, "Properties": _present(record["Properties"], row)}
        result = await original(name, *arguments, previous_stack=previous_stack, **options)
        if stack["StackStatus"] != "UPDATE_COMPLETE":
            stack["_resources"].update(kept)
        return result

    return deploy


def _present(properties: dict[str, Any], row: dict[str, Any]) -> dict[str, Any]:
    expected, actual = json.loads(row["ExpectedProperties"]), json.loads(row["ActualProperties"])
    return {**{key: value for key, value in properties.items() if key not in expected}, **actual}
