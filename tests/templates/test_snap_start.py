"""The shipped systems on a stage whose functions start from snapshots."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from pkgops import config
from pkgops.build.synth import SynthesizedStack, resources, synth
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


def test_every_caller_of_such_a_function_calls_its_alias(stacks: tuple[SynthesizedStack, ...]) -> None:
    for stack in stacks:
        aliased = {
            body["Properties"]["FunctionName"]["Ref"] for _, body in resources(stack.template, "AWS::Lambda::Alias")
        }
        assert {*snapped(stack)} == aliased
        callers = resources(
            stack.template,
            "AWS::Lambda::Permission",
            "AWS::Lambda::EventSourceMapping",
            "AWS::ApiGatewayV2::Integration",
            "AWS::ApiGateway::Method",
            "AWS::Events::Rule",
        )
        for name, body in callers:
            text = str(body["Properties"])
            for function in snapped(stack):
                assert f"'{function}'" not in text, name
                assert f"{{{function}.Arn}}" not in text, name
