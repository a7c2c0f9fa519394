"""Which values does CloudFormation look up for a template, and what are they now?

A parameter of type ``AWS::SSM::Parameter::Value<...>`` names a parameter of SSM, whose value counts: if it changes, the
deployed stack is no longer what would be deployed now.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from pkgops.build.synth import SynthesizedStack
from pkgops.ports.ports import Ports

_TYPE = "AWS::SSM::Parameter::Value<"


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
    """The names of SSM parameters that a template gives as defaults of its own."""
    declared = stack.template.get("Parameters", {})
    return [
        row["Default"]
        for name, row in declared.items()
        if str(row.get("Type", "")).startswith(_TYPE)
        and isinstance(row.get("Default"), str)
        and name not in stack.inputs
    ]
