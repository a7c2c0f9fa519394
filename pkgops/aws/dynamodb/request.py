"""A page of a table as DynamoDB is asked for it, and where the next one begins."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable, Mapping
from typing import Any

from pkgops.errors import UsageError
from pkgops.ports.tables import TableQuestion


def request(table: str, question: TableQuestion, encoded: Callable[[Mapping[str, Any]], Any]) -> dict[str, Any]:
    """The parameters of Query, or of Scan where there are no conditions; ``encoded`` makes attribute values."""
    asked: dict[str, Any] = {"TableName": table, "Limit": question.most}
    if question.index:
        asked["IndexName"] = question.index
    if question.after:
        asked["ExclusiveStartKey"] = _key(question.after)
    if question.conditions:
        asked["KeyConditionExpression"] = " AND ".join(
            _expression(number, operator) for number, (_, operator, _) in enumerate(question.conditions)
        )
        asked["ExpressionAttributeNames"] = {f"#k{n}": name for n, (name, _, _) in enumerate(question.conditions)}
        values = {f":v{n}": value for n, (_, _, value) in enumerate(question.conditions)}
        asked["ExpressionAttributeValues"] = encoded(values)
    return asked


def place(key: Mapping[str, Any] | None) -> str:
    """Where the next page begins, from the last key of this one."""
    if not key:
        return ""
    plain = {name: {kind: _text(value) for kind, value in typed.items()} for name, typed in key.items()}
    return json.dumps(plain, separators=(",", ":"))


def _text(value: Any) -> Any:
    return base64.b64encode(value).decode() if isinstance(value, bytes) else value


def _key(after: str) -> dict[str, Any]:
    try:
        found = json.loads(after)
        return {name: {kind: _value(kind, value) for kind, value in typed.items()} for name, typed in found.items()}
    except (ValueError, AttributeError):
        raise UsageError("That is no place in the table.", "Begin with the first page.") from None


def _value(kind: str, value: Any) -> Any:
    return base64.b64decode(value) if kind == "B" else str(value)


def _expression(number: int, operator: str) -> str:
    if operator == "begins_with":
        return f"begins_with(#k{number}, :v{number})"
    return f"#k{number} {operator} :v{number}"
