"""What a server needs before its first request: variables whose values are secrets, and the header that says that a
request has come through its distribution.

Their values are in no template: a module in front of the server's code (``pkgops/build/node/start.mjs``) reads the
secrets once for each process, fills the environment, and then loads the server. What it has to do is a line of JSON in
one variable.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from awacs import secretsmanager
from awacs.aws import Statement

from pkgops.kit import grants
from pkgops.kit.next.manifest import Bundle
from pkgops.model import START


@dataclass(frozen=True, slots=True)
class SecretVariable:
    """The environment variable ``name`` is the text of the secret with this ``arn``, or ``field`` of its JSON.
    ``found_in`` is the variable that holds the ARN, ``<name>_ARN`` if it is empty."""

    name: str
    arn: Any
    field: str = ""
    found_in: str = ""


@dataclass(frozen=True, slots=True)
class DatabaseVariable:
    """The environment variable ``name`` is the address of a PostgreSQL database,
    ``postgresql://user:password@host:port/name?options``, percent-encoded. The secret with this ``arn`` is a JSON
    object with ``username``, ``password``, ``host``, ``port`` and ``dbname``, as RDS and its attachments write it."""

    name: str
    arn: Any
    options: Mapping[str, str] = field(default_factory=dict)
    found_in: str = ""


Variables = Sequence[SecretVariable | DatabaseVariable]


def environment(bundle: Bundle, variables: Variables, header: str, origin: SecretVariable) -> dict[str, Any]:
    """The variables of a server's template. ``header`` is the name of the header whose value ``origin`` is."""
    rows = [_row(one) for one in variables]
    task: dict[str, Any] = {"entry": bundle.handler, "variables": rows, "header": header, "origin": _row(origin)}
    if bundle.streaming:
        task["streaming"] = True
    return {
        **{_holder(one): one.arn for one in (*variables, origin)},
        START: json.dumps(task, separators=(",", ":"), sort_keys=True),
    }


def statement(variables: Variables, origin: SecretVariable) -> Statement:
    """The permission to read those secrets, each once."""
    arns = {
        repr(one.arn.to_dict() if hasattr(one.arn, "to_dict") else one.arn): one.arn for one in (*variables, origin)
    }
    return grants.allow([secretsmanager.GetSecretValue], *arns.values())


def _holder(one: SecretVariable | DatabaseVariable) -> str:
    return one.found_in or f"{one.name}_ARN"


def _row(one: SecretVariable | DatabaseVariable) -> dict[str, Any]:
    row: dict[str, Any] = {"name": one.name, "secret": _holder(one)}
    if isinstance(one, DatabaseVariable):
        return {**row, "options": dict(one.options)}
    return row | ({"field": one.field} if one.field else {})
