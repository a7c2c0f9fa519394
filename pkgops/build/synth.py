"""The synthesis of a system: its stacks' templates for a stage, in the order of deployment.

Pure: the same system, stage and settings give the same result. Golden files compare it.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from graphlib import CycleError, TopologicalSorter
from importlib import import_module
from typing import TYPE_CHECKING, Any

from pkgops.build.postponed import postpone
from pkgops.errors import BuildError, ConfigError
from pkgops.model import Stack, Stage, System
from pkgops.template_errors import located

if TYPE_CHECKING:
    from pkgops.config import Project


@dataclass(frozen=True, slots=True)
class SynthesizedStack:
    """One stack's template. ``name`` is the stack's name on the stage; ``inputs`` maps parameters to the outputs that
    fill them (``{"StorageOrdersTableName": "storage.OrdersTableName"}``), ``late`` those to outputs that may be known
    only after this stack (`pkgops.scope.Scope.use_later`), ``sources`` resources to the lines in templates/ that add
    them, ``accepted`` is what `pkgops.scope.Scope.accept` was given,
    ``includes`` the further files of functions by logical id (`pkgops.scope.Scope.include`). ``looked_up`` are values
    outside of the template that count as part of it, by name (see `pkgops.plan.looked_up`). ``words`` are those that
    name the stage in names: the stage's own and the system's (``("dev", "development")``)."""

    system: str
    key: str
    name: str
    template: dict[str, Any]
    inputs: Mapping[str, str] = field(default_factory=dict)
    tags: Mapping[str, str] = field(default_factory=dict)
    sources: Mapping[str, str] = field(default_factory=dict)
    accepted: Sequence[Mapping[str, str]] = ()
    includes: Mapping[str, Sequence[str]] = field(default_factory=dict)
    looked_up: Mapping[str, str] = field(default_factory=dict)
    late: Mapping[str, str] = field(default_factory=dict)
    words: Sequence[str] = field(default_factory=list)

    @property
    def needs(self) -> frozenset[str]:
        """Keys of the stacks whose outputs this one uses."""
        return frozenset(reference.split(".")[0] for reference in self.inputs.values())

    def documented(self, name: str) -> str:
        """The name of one of its resources without the stage: ``orders-dlq`` for ``orders-dlq-dev``. Of several places
        where the stage may stand the last one counts, because that is where it is appended."""
        words = "|".join(map(re.escape, self.words))
        found = list(re.finditer(rf"-(?:{words})(?=[-.]|$)|^(?:{words})-", name)) if words else []
        return name[: found[-1].start()] + name[found[-1].end() :] if found else name


def synth(system: System, stage: Stage, settings: Any, app: Mapping[str, Any] | None = None) -> list[SynthesizedStack]:
    """Builds every stack of a system, upstream stacks first. ``app`` is the manifest of its application's build, None
    if there is none (see `pkgops.build.node.app_build`).

    ConfigError if the settings are not valid for the stage; BuildError for a reference to an output that does not
    exist, or a cycle between stacks."""
    with located(_file(system, "__init__")):
        problems = system.check(stage, settings)
    if problems:
        raise ConfigError(
            f"{system.key} cannot be built for stage {stage.name}: {' '.join(problems)}",
            f"Set them in the environment, in .env, or in stages.toml under [{stage.name}.{system.key}].",
        )
    return in_order([_build(stack, system, stage, settings, app) for stack in system.stacks if stack.on(settings)])


def named_stacks(project: Project) -> list[SynthesizedStack]:
    """The stacks without their templates, where only names are needed: building templates costs more than most requests
    do."""
    system = project.system
    words = list(system.words(project.stage))
    return [
        SynthesizedStack(system.key, stack.key, project.named(stack.name), {}, words=words) for stack in system.stacks
    ]


def in_order(stacks: Sequence[SynthesizedStack]) -> list[SynthesizedStack]:
    """The stacks, each after those it needs, otherwise in the given order."""
    by_key = {stack.key: stack for stack in stacks}
    for stack in stacks:
        _require_outputs(stack, by_key)
    sorter = TopologicalSorter({stack.key: sorted(stack.needs) for stack in stacks})
    try:
        sorter.prepare()
    except CycleError as error:
        cycle = " -> ".join(error.args[1])
        raise BuildError(
            f"Stacks depend on each other in a cycle: {cycle}.",
            "Take the value that can wait with scope.use_later, or move one of the resources to a third stack.",
        ) from None
    position = {stack.key: index for index, stack in enumerate(stacks)}
    result: list[SynthesizedStack] = []
    while sorter.is_active():
        ready = sorted(sorter.get_ready(), key=lambda key: position[key])
        result += [by_key[key] for key in ready]
        sorter.done(*ready)
    return result


def template_text(template: Mapping[str, Any]) -> str:
    """The canonical text of a template: compact and sorted, so that equal templates have equal texts. It is ASCII,
    because CloudFormation answers a question mark for any other character when it is asked for a template."""
    return json.dumps(template, sort_keys=True, separators=(",", ":"))


def copied(value: Any) -> Any:
    """A template again, in a fifth of the time that `copy.deepcopy` takes for it."""
    if isinstance(value, dict):
        return {key: copied(inner) for key, inner in value.items()}
    return [copied(inner) for inner in value] if isinstance(value, list) else value


def resources(template: Mapping[str, Any], *types: str) -> Iterable[tuple[str, dict[str, Any]]]:
    """(logical id, resource) for every resource of those types (of all types if none is given)."""
    for logical_id, resource in template.get("Resources", {}).items():
        if not types or resource["Type"] in types:
            yield logical_id, resource


def _build(
    stack: Stack, system: System, stage: Stage, settings: Any, app: Mapping[str, Any] | None
) -> SynthesizedStack:
    if stack.template:
        from pkgops.build.template_file import read_template

        template, sources = read_template(system, stack)
        name, inputs, words = system.named(stage, stack.name), dict(stack.inputs), list(system.words(stage))
        return SynthesizedStack(system.key, stack.key, name, template, inputs, system.tags(stage), sources, words=words)
    postpone("cfn_flip")  # with all of YAML: troposphere imports it to write that
    from pkgops.scope import Scope

    scope = Scope(system, stage, settings, app=app)
    with located(_file(system, stack.key), scope.sources):
        import_module(f"{system.package}.{stack.key}").build(scope)
        template = scope.template.to_dict()
    return SynthesizedStack(
        system=system.key,
        key=stack.key,
        name=system.named(stage, stack.name),
        template=template,
        inputs=dict(scope.inputs),
        tags=system.tags(stage),
        sources=dict(scope.sources),
        accepted=list(scope.accepted),
        includes=dict(scope.includes),
        late=dict(scope.late),
        words=list(system.words(stage)),
    )


def _file(system: System, module: str) -> str:
    return f"{system.package.replace('.', '/')}/{module}.py"


def _require_outputs(stack: SynthesizedStack, by_key: Mapping[str, SynthesizedStack]) -> None:
    for reference in (*stack.inputs.values(), *stack.late.values()):
        upstream, output = reference.split(".")
        if upstream not in by_key or output not in by_key[upstream].template.get("Outputs", {}):
            raise BuildError(
                f"Stack {stack.key} uses {reference}, but no stack has that output.",
                f"Outputs of {upstream}: {', '.join(by_key[upstream].template.get('Outputs', {}))}."
                if upstream in by_key
                else f"There is no stack {upstream}.",
            )
