"""Which values does CloudFormation look up for a template, and what are they now?

A parameter of type ``AWS::SSM::Parameter::Value<...>`` names a parameter of SSM, and so does a dynamic reference
(``{{resolve:ssm:/shop/image}}``, ``ssm-secure`` as well, whose encrypted value counts). If the value changes, the
deployed stack is no longer what would be deployed now. A reference to one version never changes; one to Secrets Manager
is resolved again only with the resource it stands in, as CloudFormation documents, so it does not count.
"""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import replace

from pkgops.build.synth import SynthesizedStack
from pkgops.ports.ports import Ports

_TYPE = "AWS::SSM::Parameter::Value<"
_REFERENCE = re.compile(r"\{\{resolve:ssm(?:-secure)?:([\w./-]+)\}\}")  # with a version there is a colon more


def with_values(stacks: Sequence[SynthesizedStack], ports: Ports) -> tuple[SynthesizedStack, ...]:
    """The stacks with the present values of the SSM parameters that they name. Asked once for all of them, and not at
    all if there are none."""
    names = {stack.key: looked_up_names(stack) for stack in stacks}
    wanted = sorted({name for some in names.values() for name in some})
    if not wanted:
        return tuple(stacks)
    values = ports.parameters.values(wanted)
    return tuple(
        replace(stack, looked_up={name: values.get(name, "") for name in names[stack.key]}) for stack in stacks
    )


def looked_up_names(stack: SynthesizedStack) -> list[str]:
    """The names of SSM parameters that a template gives as defaults of its own, and those in dynamic references."""
    declared = stack.template.get("Parameters", {})
    defaults = [
        row["Default"]
        for name, row in declared.items()
        if str(row.get("Type", "")).startswith(_TYPE)
        and isinstance(row.get("Default"), str)
        and name not in stack.inputs
    ]
    referred = set(_REFERENCE.findall(json.dumps(stack.template)))  # much faster than a walk through all of it
    return [*defaults, *sorted(referred - {*defaults})]
