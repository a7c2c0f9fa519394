"""Intrinsic functions: the values they will have, as far as that is known before deployment."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

SUBSTITUTED = re.compile(r"\$\{([^!}][^}]*)\}")
_PARTITIONS = {"cn-": "aws-cn", "us-gov-": "aws-us-gov"}


def pseudo(region: str, account: str, stack: str) -> dict[str, str]:
    """The pseudo parameters of CloudFormation; those whose value is "" are left out."""
    partition = next((name for prefix, name in _PARTITIONS.items() if region.startswith(prefix)), "aws")
    known = {"AccountId": account, "Region": region, "Partition": partition, "StackName": stack}
    return {f"AWS::{name}": value for name, value in known.items() if value}


def resolved(value: Any, known: Mapping[str, str]) -> str | None:
    """The text of a value with references to ``known`` names replaced; None if it depends on anything else."""
    if isinstance(value, str):
        return value
    if not isinstance(value, Mapping) or len(value) != 1:
        return None
    ((function, argument),) = value.items()
    if function == "Ref":
        return known.get(argument)
    if function == "Fn::Sub" and isinstance(argument, str):
        names = SUBSTITUTED.findall(argument)
        if all(name in known for name in names):
            return SUBSTITUTED.sub(lambda match: known[match[1]], argument).replace("${!", "${")
    if function == "Fn::Join" and isinstance(argument[1], list):
        parts = [resolved(part, known) for part in argument[1]]
        if None not in parts:
            return str(argument[0]).join(map(str, parts))
    return None


def readable(value: Any) -> str:
    """A value as a person reads it: a text, references as ``Fn::Sub`` writes them, anything else as JSON."""
    if isinstance(value, str):
        return value
    function, argument = next(iter(value.items())) if isinstance(value, Mapping) and len(value) == 1 else ("", None)
    if function == "Fn::Sub" and isinstance(argument, str):
        return argument
    if function == "Ref":
        return f"${{{argument}}}"
    if function == "Fn::GetAtt":
        return f"${{{'.'.join(map(str, argument)) if isinstance(argument, list) else argument}}}"
    return json.dumps(value, sort_keys=True, separators=(",", ":"))


def references(value: Any) -> Iterator[str]:
    """The logical ids and parameters that a value refers to, including pseudo parameters."""
    if isinstance(value, list):
        for inner in value:
            yield from references(inner)
    elif isinstance(value, Mapping):
        for function, argument in value.items():
            if function in {"Ref", "Fn::GetAtt"}:
                yield str(argument[0] if isinstance(argument, list) else argument).partition(".")[0]
            elif function == "Fn::Sub":
                text, given = (argument, {}) if isinstance(argument, str) else argument
                names = (name.partition(".")[0] for name in SUBSTITUTED.findall(text))
                yield from (name for name in names if name not in given)
                yield from references(given)
            else:
                yield from references(argument)


def texts(value: Any) -> Iterator[str]:
    """Every string inside a value."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        for inner in value.values():
            yield from texts(inner)
    elif isinstance(value, list | tuple):
        for inner in value:
            yield from texts(inner)


def mapping(value: Any) -> Mapping[str, Any]:
    """A value that should be an object; {} for anything else, such as an intrinsic function's list."""
    return value if isinstance(value, Mapping) else {}


def mappings(value: Any) -> list[Mapping[str, Any]]:
    """The objects of a list; none of what is no list."""
    return [one for one in value if isinstance(one, Mapping)] if isinstance(value, list | tuple) else []


def many(value: Any) -> list[Any]:
    """A list's members; none of what is no list."""
    return list(value) if isinstance(value, list | tuple) else []
