"""Do the packaged templates and artifacts keep the limits of AWS? What packaging adds is counted: layers, and the
output with the digest. Asked before anything is uploaded."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from pkgops.build.layer import UNZIPPED_LIMIT
from pkgops.build.synth import SynthesizedStack, resources, template_text
from pkgops.checks.rules.templates.over_limits import RESOURCES, SIZE
from pkgops.errors import BuildError
from pkgops.wording import counted

LAYERS = 5  # of a function, AWS Lambda quota
OUTPUTS = 200  # of a template, CloudFormation quota
DIGEST = 1  # output that every deployed template gets, see pkgops.plan.digest
DIGEST_SIZE = 150  # bytes that it takes, at most
DESCRIPTION = 256  # characters of a function's or a layer's description, AWS Lambda quota

_FUNCTION, _LAYER = "AWS::Lambda::Function", "AWS::Lambda::LayerVersion"


def require_within(stacks: Sequence[SynthesizedStack], sizes: Mapping[str, int]) -> None:
    """BuildError with everything that is over a limit. ``sizes`` are the unzipped bytes of artifacts by key."""
    problems = [problem for stack in stacks for problem in _problems(stack, sizes)]
    if problems:
        listed = "\n".join(f"  {problem}" for problem in problems)
        raise BuildError(
            f"{counted(len(problems), 'limit')} of AWS exceeded; nothing was uploaded:\n{listed}",
            "Split the stack or the function. Dependencies count as a layer, and the digest of a stack as an output.",
        )


def shortened(parts: Sequence[str], limit: int = DESCRIPTION) -> str:
    """The parts with commas between them; of those that are too many for a description only the number."""
    text = ", ".join(parts)
    kept = len(parts)
    while len(text) > limit:
        kept -= 1
        text = ", ".join([*parts[:kept], f"and {len(parts) - kept} more"])
    return text


def _problems(stack: SynthesizedStack, sizes: Mapping[str, int]) -> Iterator[str]:
    template = stack.template
    count = len(template["Resources"])
    if count > RESOURCES:
        yield f"{stack.name} has {count} resources with its layers; CloudFormation accepts {RESOURCES}."
    outputs = len(template.get("Outputs", {})) + DIGEST
    if outputs > OUTPUTS:
        yield f"{stack.name} has {outputs} outputs with its digest; CloudFormation accepts {OUTPUTS}."
    size = len(template_text(template).encode()) + DIGEST_SIZE
    if size > SIZE:
        yield f"{stack.name} has {size} bytes; CloudFormation accepts {SIZE}."
    for logical_id, resource in resources(template, _FUNCTION, _LAYER):
        where = f"{stack.name} {logical_id}" + (f" ({place})" if (place := stack.sources.get(logical_id)) else "")
        for problem in _of_resource(resource["Properties"], template, sizes):
            yield f"{where}: {problem}"


def _of_resource(properties: Mapping[str, Any], template: Mapping[str, Any], sizes: Mapping[str, int]) -> Iterator[str]:
    description = properties.get("Description")
    if isinstance(description, str) and len(description) > DESCRIPTION:
        yield f"its description has {len(description)} characters; AWS Lambda accepts {DESCRIPTION}."
    layers = properties.get("Layers", [])
    if isinstance(layers, list) and len(layers) > LAYERS:
        yield f"it has {len(layers)} layers with that of its dependencies; AWS Lambda accepts {LAYERS}."
    if "Code" in properties:
        size = sum(sizes.get(key, 0) for key in _keys(properties, template))
        if size > UNZIPPED_LIMIT:
            yield f"its code and layers are {size / 2**20:.0f} MiB unzipped; AWS Lambda accepts 250 MiB."


def _keys(function: Mapping[str, Any], template: Mapping[str, Any]) -> Iterator[str]:
    """The artifacts of a function: its code, and the layers that are in its template."""
    yield str(function["Code"].get("S3Key", ""))
    layers = function.get("Layers", [])
    for one in layers if isinstance(layers, list) else []:
        layer = template["Resources"].get(one.get("Ref", ""), {}) if isinstance(one, dict) else {}
        yield str(layer.get("Properties", {}).get("Content", {}).get("S3Key", ""))
