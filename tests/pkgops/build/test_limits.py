"""Is what AWS would refuse found once everything is packaged, and before anything is uploaded?"""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from pkgops.build import limits
from pkgops.build.dependencies.pins import PINS, REQUIREMENTS
from pkgops.build.synth import SynthesizedStack, template_text
from pkgops.errors import BuildError
from pkgops.plan.digest import with_digest
from tests.probe import Probe
from tests.wheels import Wheels

QUEUES = 'for number in range({0}):\n    scope.add(sqs.Queue(f"Q{{number}}"))'
OUTPUTS = 'for number in range({0}):\n    scope.output(f"O{{number}}", "x")'
LAYERS = (
    'from pkgops.scope import Scope\nresource = scope.template.resources["OneFunction"]\n'
    'resource.Layers = ["arn:aws:lambda:us-east-1:123456789012:layer:a:{{}}".format(n) for n in range({0})]'
)


def needing(probe: Probe, wheels: Wheels, names: Sequence[str]) -> None:
    """Gives the function dependencies of those names."""
    for name in names:
        wheels.add(name, "1.0", {f"{name.replace('-', '_')}.py": ""})
    probe.write(REQUIREMENTS, "\n".join(names) + "\n")
    probe.write(PINS, wheels.lines())
    imports = "".join(f"import {name.replace('-', '_')}\n" for name in names)
    probe.handler(f"{imports}\n\ndef answer():\n    return 1")


@pytest.mark.parametrize(
    ("more", "dependency", "said"),
    [
        (QUEUES.format(497), True, "Probe-local has 501 resources with its layers; CloudFormation accepts 500"),
        (OUTPUTS.format(199), False, "Probe-local has 201 outputs with its digest; CloudFormation accepts 200"),
        (LAYERS.format(5), True, r"OneFunction \(templates/probe/main.py:\d+\): it has 6 layers with that of its"),
        (
            'scope.template.resources["OneFunction"].Description = "x" * 257',
            False,
            "OneFunction .*: its description has 257 characters; AWS Lambda accepts 256",
        ),
        (
            'for number in range(8):\n    scope.add(sqs.Queue(f"L{number}", QueueName="x" * 130_000))',
            False,
            "Probe-local has 10.* bytes; CloudFormation accepts 1000000",
        ),
    ],
)
def test_what_packaging_adds_is_counted(probe: Probe, wheels: Wheels, more: str, dependency: bool, said: str) -> None:
    if dependency:
        needing(probe, wheels, ["left-pad"])
    probe.stack(more=more)
    with pytest.raises(BuildError, match=said) as caught:
        probe.package()
    assert caught.value.code == 3


def test_what_just_fits_is_accepted(probe: Probe, wheels: Wheels) -> None:
    needing(probe, wheels, ["left-pad"])
    probe.stack(more=f"{QUEUES.format(496)}\n{OUTPUTS.format(198)}\n{LAYERS.format(4)}")
    (stack,) = probe.package().stacks
    assert len(stack.template["Resources"]) == limits.RESOURCES
    assert len(stack.template["Resources"]["OneFunction"]["Properties"]["Layers"]) == limits.LAYERS


def test_many_dependencies_have_a_description_that_fits(probe: Probe, wheels: Wheels) -> None:
    """AWS would refuse their names, and nobody could shorten them: the packager writes the description."""
    names = [f"a-package-name{number:02}" for number in range(19)]
    assert len(", ".join(names)) > limits.DESCRIPTION
    needing(probe, wheels, names)
    (stack,) = probe.package().stacks
    (described,) = [
        one["Properties"]["Description"]
        for one in stack.template["Resources"].values()
        if one["Type"] == "AWS::Lambda::LayerVersion"
    ]
    assert len(described) <= limits.DESCRIPTION
    assert described.endswith("a-package-name12, and 6 more")


def test_code_and_layers_are_measured_together(probe: Probe, wheels: Wheels) -> None:
    needing(probe, wheels, ["left-pad"])
    packaged = probe.package()
    code, layer = (asset.key for asset in packaged.assets)
    half = limits.UNZIPPED_LIMIT // 2
    limits.require_within(packaged.stacks, {code: half, layer: half})
    with pytest.raises(BuildError, match=r"OneFunction .*: its code and layers are 250 MiB unzipped"):
        limits.require_within(packaged.stacks, {code: half, layer: half + 1})
    assert all(asset.unzipped > 0 for asset in packaged.assets)


def test_the_digest_adds_what_the_limits_assume() -> None:
    stack = SynthesizedStack("demo", "alone", "Alone", {"Resources": {}, "Outputs": {}})
    bare, whole = template_text(stack.template), with_digest(stack, "f" * 64)
    assert whole.count('"Value"') == limits.DIGEST
    assert len(whole) - len(bare) < limits.DIGEST_SIZE
