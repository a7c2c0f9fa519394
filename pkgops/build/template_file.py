"""Stacks whose template is a file: CloudFormation in JSON or YAML, deployed as it is."""

from __future__ import annotations

import json
from importlib import import_module
from pathlib import Path
from typing import Any

from pkgops.errors import BuildError
from pkgops.model import Stack, System
from pkgops.text_file import read_text


def read_template(system: System, stack: Stack) -> tuple[dict[str, Any], dict[str, str]]:
    """The template of ``stack.template``, a path below the system's package, and the place of each resource
    ("templates/shop/legacy.yaml:12"). BuildError if it cannot be read or is no template."""
    path = Path(import_module(system.package).__path__[0]) / stack.template
    shown = f"{system.package.replace('.', '/')}/{stack.template}"
    try:
        text = read_text(path, shown, BuildError)
    except FileNotFoundError:
        raise BuildError(f"There is no {shown}.", f"Correct it at stack {stack.key}, or add the file.") from None
    template = _parse(text, shown)
    resources = template.get("Resources")
    rows = list(resources.values()) if isinstance(resources, dict) else [None]
    if not isinstance(resources, dict) or not all(isinstance(row, dict) and "Type" in row for row in rows):
        raise BuildError(f"{shown} is no CloudFormation template: it has no Resources.", "Give each resource a Type.")
    parameters = template.get("Parameters", {})
    for name in stack.inputs:
        if name not in parameters:
            raise BuildError(
                f"{shown} has no parameter {name}, which stack {stack.key} fills.",
                f"Its parameters: {', '.join(parameters) or 'none'}.",
            )
    places = {name: f"{shown}:{_line(text, name)}" for name in resources}
    for kind in ("Outputs", "Parameters"):
        places |= {f"{kind}/{name}": f"{shown}:{_line(text, name)}" for name in template.get(kind) or {}}
    return template, places


def _parse(text: str, shown: str) -> dict[str, Any]:
    from cfn_flip import load_json, load_yaml  # type: ignore[import-untyped]
    from yaml import YAMLError

    try:
        template = load_json(text) if text.lstrip().startswith("{") else load_yaml(text)
    except (YAMLError, ValueError) as error:
        mark = getattr(error, "problem_mark", None)
        where = f":{mark.line + 1}" if mark else ""
        reason = getattr(error, "problem", None) or str(error)
        raise BuildError(f"{shown}{where}: {reason}.", "Correct the syntax.") from None
    if not isinstance(template, dict):
        raise BuildError(f"{shown} is no CloudFormation template.", "Its top level is an object with Resources.")
    plain: dict[str, Any] = json.loads(json.dumps(template, default=str))  # dates of YAML are texts in CloudFormation
    return plain


def _line(text: str, logical_id: str) -> int:
    """The first line that begins with the logical id, 1 if none does."""
    for number, line in enumerate(text.splitlines(), 1):
        if line.strip().strip("\"'").startswith((f"{logical_id}:", f'{logical_id}"', f"{logical_id}'")):
            return number
    return 1
