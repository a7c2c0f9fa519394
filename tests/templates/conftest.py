"""Every template of every system on the stages whose goldens are kept."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import Any

import pytest

from pkgops import bootstrap
from pkgops.build.synth import SynthesizedStack, synth
from pkgops.model import LOCAL, LOCAL_ACCOUNT, Stage, System
from tests.repository import SYSTEMS, load_system

STAGES = ("local", "dev", "prod")
# What an operator must set before a system can be built for production.
PRODUCTION: dict[str, dict[str, Any]] = {
    "pkgwatch": {
        "alert_email": "alerts@example.com",
        "stripe_price_starter": "price_starter",
        "stripe_price_pro": "price_pro",
        "stripe_price_business": "price_business",
    }
}


@dataclass(frozen=True)
class Case:
    """One template of a system on one stage, with its settings there."""

    system: System
    stage: Stage
    stack: SynthesizedStack
    settings: Any

    @property
    def id(self) -> str:
        return f"{self.stack.system}/{self.stage.name}/{self.stack.key}"

    @property
    def template(self) -> dict[str, Any]:
        return self.stack.template


@cache
def built(system_key: str, stage_name: str) -> tuple[Case, ...]:
    system: System = bootstrap.SYSTEM if system_key == "bootstrap" else load_system(system_key)
    stage = Stage(stage_name, account=LOCAL_ACCOUNT if stage_name == LOCAL else None)
    settings = system.settings(**(PRODUCTION.get(system_key, {}) if stage.production else {}))
    return tuple(Case(system, stage, stack, settings) for stack in synth(system, stage, settings))


def systems_by_stage() -> list[tuple[Case, ...]]:
    return [built(system, stage) for system in ("bootstrap", *SYSTEMS) for stage in STAGES]


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if "case" in metafunc.fixturenames:
        cases = [case for cases in systems_by_stage() for case in cases]
        metafunc.parametrize("case", cases, ids=lambda case: case.id)
    if "system_cases" in metafunc.fixturenames:
        metafunc.parametrize("system_cases", systems_by_stage(), ids=lambda cases: cases[0].id.rsplit("/", 1)[0])


@pytest.fixture(scope="session")
def template() -> Callable[..., dict[str, Any]]:
    """``template("pkgwatch", "prod", "storage")``"""

    def find(system: str, stage: str, key: str) -> dict[str, Any]:
        return next(case.template for case in built(system, stage) if case.stack.key == key)

    return find
