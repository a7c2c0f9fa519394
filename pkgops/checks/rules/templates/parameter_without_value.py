"""Parameters without a value."""

from __future__ import annotations

from collections.abc import Iterator

from pkgops.checks.kit.finding import ERROR
from pkgops.checks.kit.rule import Example, Rule
from pkgops.checks.kit.subject import Found, Subject


def _find(subject: Subject) -> Iterator[Found]:
    for stack in subject.stacks:
        for name, parameter in stack.template.get("Parameters", {}).items():
            if name not in stack.inputs and "Default" not in parameter:
                message = f"Parameter {name} of {stack.name} has no value."
                yield Found(message, stack.key, path=f"Parameters/{name}", subject=name)


RULE = Rule(
    id="P003",
    title="Parameter without a value",
    severity=ERROR,
    gate=True,
    reason="pkgops fills the parameters that scope.use makes. CloudFormation rejects a stack whose other parameters "
    "have no default.",
    remedy='Use the value of another stack with scope.use("stack.Output"), give the parameter a default, or make it a '
    "setting of the system.",
    find=_find,
    bad=Example('scope.template.add_parameter(Parameter("Color", Type="String"))'),
    good=Example('scope.template.add_parameter(Parameter("Color", Type="String", Default="blue"))'),
)
