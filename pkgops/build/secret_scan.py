"""Would a template put a secret where people can read it?

Outputs, parameters and the variables of functions are shown in the console to everyone who may look at the stack. A
secret belongs in Secrets Manager, and what needs it reads it there by its name. No finding holds a value.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from pkgops.build.synth import Synthesized, resources, text

# What is unmistakable: the prefixes its issuers document, and PEM's own line.
_SHAPES = {
    "an AWS access key": r"(?<![A-Z0-9])A[KS]IA[A-Z0-9]{16}(?![A-Z0-9])",
    "a Stripe key": r"\b[sr]k_(?:live|test)_[A-Za-z0-9]{16,}",
    "a webhook's signing secret": r"\bwhsec_[A-Za-z0-9+/]{16,}",
    "a private key": r"-----BEGIN (?:[A-Z0-9]+ )*PRIVATE KEY-----",
    "a GitHub token": r"\b(?:gh[pousr]_[A-Za-z0-9]{36}|github_pat_\w{22,})",
    "a Slack token": r"\bxox[abprs]-[A-Za-z0-9-]{10,}",
}
SHAPED = {what: re.compile(shape) for what, shape in _SHAPES.items()}
_MARKS = (
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


def find_secrets(stack: Synthesized) -> Iterator[tuple[str, str]]:
    """(path in the template, a sentence) of every place that shows a secret."""
    template = stack.template
    whole = text(template)
    if any(mark in whole for mark in _MARKS):  # ten times as quick as the expressions
        yield from _literals(template, "")
    hidden = {name for name, row in template.get("Parameters", {}).items() if str(row.get("NoEcho")).lower() == "true"}
    for name in sorted(hidden):
        if template["Parameters"][name].get("Default"):
            yield f"Parameters/{name}/Default", "The default of a parameter that is not to be shown is in the template."
    for path, value in _shown(template):
        for reason in dict.fromkeys(_reasons(value, hidden)):
            yield path, reason


def _shown(template: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    """What the console shows of a deployed stack: outputs, and the variables of functions."""
    for name, output in template.get("Outputs", {}).items():
        yield f"Outputs/{name}/Value", output.get("Value")
    for logical_id, resource in resources(template, "AWS::Lambda::Function"):
        variables = resource.get("Properties", {}).get("Environment", {}).get("Variables", {})
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
        for what, shape in SHAPED.items():
            if shape.search(value):
                yield path, f"This looks like {what}; keep it in Secrets Manager."


def _reasons(value: Any, hidden: set[str]) -> Iterator[str]:
    """Why a value that is shown is a secret, wherever inside it the secret stands."""
    if isinstance(value, list):
        for inner in value:
            yield from _reasons(inner, hidden)
    elif isinstance(value, Mapping):
        name, attribute = value.get("Ref"), value.get("Fn::GetAtt")
        names = [name] if isinstance(name, str) else []
        parts = attribute.split(".") if isinstance(attribute, str) else attribute
        yield from _named(names + ([".".join(map(str, parts))] if parts else []), hidden)
        for inner in value.values():
            yield from _reasons(inner, hidden)
    elif isinstance(value, str):
        if any(mark in value for mark in _RESOLVED):
            yield "This shows the secret it resolves; hand over the secret's name or ARN instead."
        yield from _named(_SUBSTITUTED.findall(value), hidden)


def _named(names: list[str], hidden: set[str]) -> Iterator[str]:
    for name in names:
        if name in hidden:
            yield f"This shows parameter {name}, which is not to be shown (NoEcho)."
        if name.rpartition(".")[2] in _SECRET_ATTRIBUTES and "." in name:
            yield f"This shows {name}; keep it in Secrets Manager."
