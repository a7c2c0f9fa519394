"""The shipped systems on a stage whose functions start from snapshots."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from pkgops import config
from pkgops.build.synth import SynthesizedStack, resources, synth
from pkgops.intrinsics import references
from tests.builds import Builds
from tests.repository import ROOT

SYSTEMS = ("always_coder", "kefir", "pkgwatch")


@pytest.fixture(scope="module", params=SYSTEMS)
def stacks(request: pytest.FixtureRequest) -> tuple[SynthesizedStack, ...]:
    project = config.load("dev", request.param, ROOT, environ={})
    return tuple(synth(project.system, replace(project.stage, snap_start=True), project.settings))


def snapped(stack: SynthesizedStack) -> dict[str, Any]:
    found = resources(stack.template, "AWS::Lambda::Function")
    return {name: body["Properties"] for name, body in found if "SnapStart" in body["Properties"]}


def test_templates_are_without_findings(stacks: tuple[SynthesizedStack, ...], builds: Builds) -> None:
    assert any(snapped(stack) for stack in stacks)
    for stack in stacks:
        assert len(stack.template["Resources"]) <= 500
        if snapped(stack):
            assert builds.findings(stack, "us-east-1") == []


# What names a function without calling it: its versions, and the metrics of all of them.
ABOUT_IT = {"AWS::CloudWatch::Alarm", "AWS::CloudWatch::Dashboard", "AWS::Lambda::Alias", "AWS::Lambda::Version"}


def test_whatever_calls_such_a_function_calls_its_alias(stacks: tuple[SynthesizedStack, ...]) -> None:
    """Routes, event sources, rules, authorizers, permissions, and whoever reads an output."""
    for stack in stacks:
        aliases = resources(stack.template, "AWS::Lambda::Alias")
        assert {*snapped(stack)} == {body["Properties"]["FunctionName"]["Ref"] for _, body in aliases}
        callers = {
            name: body for name, body in resources(stack.template) if body["Type"] not in ABOUT_IT
        } | stack.template.get("Outputs", {})
        for name, body in callers.items():
            assert not snapped(stack).keys() & {*references(body)}, name
