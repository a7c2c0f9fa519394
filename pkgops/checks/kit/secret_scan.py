"""The secret scan of templates: secrets in places where they can be read.

Outputs, parameters and functions' environment variables are visible in the console to everyone with read access to the
stack. Secrets belong in Secrets Manager, to be read there by name. No finding contains a value.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

# Unmistakable patterns: prefixes that the issuers document, and the first line of a PEM file.
_EXPRESSIONS = {
    "an AWS access key": r"(?<![A-Z0-9])A[KS]IA[A-Z0-9]{16}(?![A-Z0-9])",
    "a Stripe key": r"\b[sr]k_(?:live|test)_[A-Za-z0-9]{16,}",
    "a webhook's signing secret": r"\bwhsec_[A-Za-z0-9+/]{16,}",
    "a private key": r"-----BEGIN (?:[A-Z0-9]+ )*PRIVATE KEY-----",
    "a GitHub token": r"\b(?:gh[pousr]_[A-Za-z0-9]{36}|github_pat_\w{22,})",
    "a Slack token": r"\bxox[abprs]-[A-Za-z0-9-]{10,}",
}
PATTERNS = {what: re.compile(shape) for what, shape in _EXPRESSIONS.items()}
_SUBSTRINGS = (
    "AKIA",
    "ASIA",
    "k_live_",
    "k_test_",
    "whsec_",
    " PRIVATE KEY",
    "_pat_",
    *(f"gh{kind}_" for kind in "pousr"),
    "xox",
)
_RESOLVED = ("{{resolve:secretsmanager:", "{{resolve:ssm-secure:")
_SECRET_ATTRIBUTES = {"SecretAccessKey", "ClientSecret"}
_SUBSTITUTED = re.compile(r"\$\{([^!}][^}]*)\}")


def find_secrets(template: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """(path in the template, a sentence) for every place that exposes a secret."""
    whole = json.dumps(template, ensure_ascii=False)
    if any(mark in whole for mark in _SUBSTRINGS):  # ten times as fast as the expressions
        yield from _literals(template, "")
    hidden = {name for name, row in template.get("Parameters", {}).items() if str(row.get("NoEcho")).lower() == "true"}
    for name in sorted(hidden):
        if template["Parameters"][name].get("Default"):
            yield f"Parameters/{name}/Default", "The default of a NoEcho parameter is in the template."
    for path, value in _visible_values(template):
        for reason in dict.fromkeys(_reasons(value, hidden)):
            yield path, reason


def _visible_values(template: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    """What the console shows of a deployed stack: outputs, and functions' environment variables."""
    for name, output in template.get("Outputs", {}).items():
        yield f"Outputs/{name}/Value", output.get("Value")
    for logical_id, resource in template.get("Resources", {}).items():
        environment = resource.get("Properties", {}).get("Environment", {})
        variables = environment.get("Variables", {}) if resource["Type"] == "AWS::Lambda::Function" else {}
        for name, value in variables.items() if isinstance(variables, Mapping) else ():
            yield f"Resources/{logical_id}/Properties/Environment/Variables/{name}", value


def _literals(value: Any, path: str) -> Iterator[tuple[str, str]]:
    if isinstance(value, Mapping):
        for key, inner in value.items():
            yield from _literals(inner, f"{path}/{key}".lstrip("/"))
    elif isinstance(value, list):
        for index, inner in enumerate(value):
            yield from _literals(inner, f"{path}/{index}")
    elif isinstance(value, str):
        for what, shape in PATTERNS.items():
            if shape.search(value):
                yield path, f"This looks like {what}; keep it in Secrets Manager."


def _reasons(value: Any, hidden: set[str]) -> Iterator[str]:
    """Why a visible value contains a secret."""
    if isinstance(value, list):
        for inner in value:
            yield from _reasons(inner, hidden)
    elif isinstance(value, Mapping):
        name, attribute = value.get("Ref"), value.get("Fn::GetAtt")
        names = [name] if isinstance(name, str) else []
        parts = attribute.split(".") if isinstance(attribute, str) else attribute
        yield from _reference_reasons(names + ([".".join(map(str, parts))] if parts else []), hidden)
        for inner in value.values():
            yield from _reasons(inner, hidden)
    elif isinstance(value, str):
        if any(mark in value for mark in _RESOLVED):
            yield "This exposes the secret it resolves; pass the secret's name or ARN instead."
        yield from _reference_reasons(_SUBSTITUTED.findall(value), hidden)


def _reference_reasons(names: list[str], hidden: set[str]) -> Iterator[str]:
    for name in names:
        if name in hidden:
            yield f"This exposes parameter {name}, which is NoEcho."
        if name.rpartition(".")[2] in _SECRET_ATTRIBUTES and "." in name:
            yield f"This exposes {name}; keep it in Secrets Manager."
