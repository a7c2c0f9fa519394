"""The policies of every system on every stage, made once."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache
from typing import Any

import pytest

from pkgops.build.build import synthesized
from pkgops.build.synth import SynthesizedStack
from pkgops.config import Project, load
from pkgops.permissions.policy import Policy, policies
from tests.repository import link_project

ACCOUNT = "123456789012"
SETTINGS = {
    "ALERT_EMAIL": "ops@example.com",
    **{f"STRIPE_PRICE_{plan}": f"price_{plan.lower()}" for plan in ("STARTER", "PRO", "BUSINESS")},
}
Made = Callable[..., list[Policy]]


@pytest.fixture(scope="session")
def project(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str, str], tuple[Project, list[SynthesizedStack]]]:
    """``project("kefir", "dev")``: the project and its templates."""
    root = tmp_path_factory.mktemp("project")
    link_project(root)

    @cache
    def made(system: str, stage: str) -> tuple[Project, list[SynthesizedStack]]:
        found = load(stage, system, root, environ=SETTINGS)
        return found, synthesized(found)

    return made


@pytest.fixture(scope="session")
def made(project: Callable[[str, str], tuple[Project, list[SynthesizedStack]]]) -> Made:
    """``made("kefir", "dev", exclusive=False)``: its policies."""

    @cache
    def build(system: str, stage: str, exclusive: bool = False) -> list[Policy]:
        return policies(*project(system, stage), ACCOUNT, exclusive)

    return build


def allowed(found: list[Policy]) -> list[tuple[str, str, Mapping[str, Any]]]:
    """Every (action, resource, condition) the policies allow."""
    return [
        (action, resource, statement.get("Condition", {}))
        for policy in found
        for statement in policy.document["Statement"]
        for action in statement["Action"]
        for resource in statement["Resource"]
    ]
