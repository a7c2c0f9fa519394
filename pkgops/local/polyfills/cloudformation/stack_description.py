"""DescribeStacks has the fields other clients read: notification topics, role, parent, timeout; and no empty ones.

Nothing is sent to the topics. What the role is for: `pkgops.local.polyfills.cloudformation.service_role`.
"""

from __future__ import annotations

import re
from typing import Any

from pkgops.local.hooks.patch import require
from pkgops.local.hooks.types import Types

_KEPT = "_description"  # in the emulator's records of stacks and change sets, which are saved with it
_EMPTY = re.compile(rb"<(StackStatusReason|Description|LastUpdatedTime)></\1>")
_STACK = re.compile(rb"<StackId>([^<]+)</StackId>")
_CREATED = re.compile(rb"<CreationTime>([^<]*)</CreationTime><LastUpdatedTime>\1</LastUpdatedTime>")
_TIMEOUT, _ROLE, _TOPICS = "TimeoutInMinutes", "RoleARN", "NotificationARNs"


def install(_: Types) -> None:
    """Wraps what takes these fields, and what shows them."""
    from ministack.services import cloudformation
    from ministack.services.cloudformation import changesets, handlers, helpers

    require(cloudformation, "_ACTION_HANDLERS", "_stacks")
    require(changesets, "_find_change_set")
    require(handlers, "_resolve_stack")
    require(helpers, "_p", "_extract_string_members", "_esc")
    actions: dict[str, Any] = cloudformation._ACTION_HANDLERS
    actions["DescribeStacks"] = _showing(actions["DescribeStacks"])
    actions["ExecuteChangeSet"] = _taking_over(actions["ExecuteChangeSet"])
    for name in ("CreateStack", "UpdateStack", "CreateChangeSet"):
        actions[name] = _keeping(actions[name], change_set=name == "CreateChangeSet")


def kept(record: dict[str, Any] | None) -> dict[str, Any]:
    """What a stack or a change set was given of these fields, by their names in requests."""
    return dict((record or {}).get(_KEPT, {}))


def _keeping(original: Any, *, change_set: bool) -> Any:
    from ministack.services.cloudformation.changesets import _find_change_set
    from ministack.services.cloudformation.handlers import _resolve_stack
    from ministack.services.cloudformation.helpers import _p

    def change(parameters: Any) -> Any:
        answer = original(parameters)
        if answer[0] == 200 and (given := _given(parameters)):
            name = _p(parameters, "StackName")
            record = _find_change_set(_p(parameters, "ChangeSetName"), name)[1] if change_set else _resolve_stack(name)
            if record is not None:
                record[_KEPT] = kept(record) | given
        return answer

    return change


def _given(parameters: Any) -> dict[str, Any]:
    """What a request says of these fields; what it does not name stays as it was."""
    from ministack.services.cloudformation.helpers import _extract_string_members, _p

    found: dict[str, Any] = {name: value for name in (_ROLE, _TIMEOUT) if (value := _p(parameters, name))}
    if any(key.startswith(_TOPICS) for key in parameters):
        found[_TOPICS] = [topic for topic in _extract_string_members(parameters, _TOPICS) if topic]
    return found


def _taking_over(original: Any) -> Any:
    from ministack.services import cloudformation
    from ministack.services.cloudformation.changesets import _find_change_set
    from ministack.services.cloudformation.helpers import _p

    def execute(parameters: Any) -> Any:
        _, found = _find_change_set(_p(parameters, "ChangeSetName"), _p(parameters, "StackName"))
        answer = original(parameters)
        if answer[0] == 200 and found and _KEPT in found:
            stack = cloudformation._stacks[found["StackName"]]
            stack[_KEPT] = kept(stack) | kept(found)
        return answer

    return execute


def _showing(original: Any) -> Any:
    from ministack.services import cloudformation

    def describe(parameters: Any) -> Any:
        status, headers, body = original(parameters)
        if status != 200:
            return status, headers, body
        by_id = {stack["StackId"].encode(): stack for stack in cloudformation._stacks.values()}

        def more(found: re.Match[bytes]) -> bytes:
            stack = by_id.get(found[1])
            return found[0] + (_fields(stack).encode() if stack else b"")

        body = _CREATED.sub(rb"<CreationTime>\1</CreationTime>", body)
        return status, headers, _STACK.sub(more, _EMPTY.sub(b"", body))

    return describe


def _fields(stack: dict[str, Any]) -> str:
    from ministack.services.cloudformation.helpers import _esc

    given = kept(stack)
    texts = {name: given.get(name) for name in (_ROLE, _TIMEOUT)} | {
        name: stack.get(name) for name in ("ParentId", "RootId")
    }
    topics = "".join(f"<member>{_esc(topic)}</member>" for topic in given.get(_TOPICS, []))
    written = "".join(f"<{name}>{_esc(str(text))}</{name}>" for name, text in texts.items() if text)
    return f"<{_TOPICS}>{topics}</{_TOPICS}><RollbackConfiguration></RollbackConfiguration>{written}"
