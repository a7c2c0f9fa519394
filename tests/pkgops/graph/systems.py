"""Pictures of the shipped systems, and of templates made for a test."""

from __future__ import annotations

from functools import cache
from typing import Any

from pkgops.build.synth import SynthesizedStack
from pkgops.config import Project
from pkgops.graph.model import Graph
from pkgops.graph.reduce import reduce
from pkgops.model import Stage
from tests.repository import ROOT, load_system
from tests.templates.conftest import built

PROJECT = Project(ROOT, Stage("dev"), load_system("kefir"), None)


@cache
def whole(system: str, name: str = "prod") -> Graph:
    """The picture of a shipped system with nothing merged; ``name`` is a stage, or a variant of the goldens."""
    cases = built(system, name)
    project = Project(ROOT, cases[0].stage, cases[0].system, cases[0].settings)
    return reduce(project, [case.stack for case in cases])


def of(*stacks: SynthesizedStack) -> Graph:
    """The picture of some stacks."""
    return reduce(PROJECT, stacks)


def stack(resources: dict[str, Any], key: str = "app", **more: Any) -> SynthesizedStack:
    """A stack of a system."""
    template = {"Resources": resources, "Outputs": more.pop("outputs", {}), "Parameters": more.pop("parameters", {})}
    return SynthesizedStack("kefir", key, f"kefir-{key}-dev", template, words=("dev",), **more)


def function(**properties: Any) -> dict[str, Any]:
    """A function in a template."""
    return {"Type": "AWS::Lambda::Function", "Properties": {"Role": {"Fn::GetAtt": ["Role", "Arn"]}, **properties}}


def role(*statements: dict[str, Any]) -> dict[str, Any]:
    """A role with statements, each of Action and Resource."""
    rows = [{"Effect": "Allow", **statement} for statement in statements]
    policies = [{"PolicyName": "Access", "PolicyDocument": {"Statement": rows}}]
    return {"Type": "AWS::IAM::Role", "Properties": {"Policies": policies}}


def arrows(graph: Graph) -> set[tuple[str, str, str]]:
    """(from, to, label) of every edge, by the logical ids."""
    return {(edge.source.partition(".")[2], edge.target.partition(".")[2], edge.label) for edge in graph.edges}
