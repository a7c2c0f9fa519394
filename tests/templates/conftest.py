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
# What else is kept as goldens: settings that change templates, by system and the directory's name, with the stage.
VARIANTS: dict[tuple[str, str], tuple[str, dict[str, Any]]] = {
    ("kefir", "dev-snap-start"): ("dev", {}),
    ("keyvex", "dev-without-redis"): ("dev", {"redis": "disabled", "api_logs": True}),
    ("keyvex", "dev-lambda-vpc"): ("dev", {"lambda_vpc": True, "alert_email": "admin@example.com"}),
    ("keyvex", "prod-lambda-vpc"): ("prod", {"lambda_vpc": True, "user_behavior": True}),
    ("stream_sales", "staging"): ("staging", {}),
    ("stream_sales", "dev-protected"): ("dev", {"deletion_protection": True, "dashboard": True}),
    ("stream_sales", "prod-alarms"): (
        "prod",
        {
            "alarm_email": "ops@example.com",
            "dashboard": True,
            "database_reader": True,
            "secrets_endpoint": True,
            "deletion_protection": False,
        },
    ),
}
# The keys that such a stage has in stages.toml.
STAGE_KEYS: dict[tuple[str, str], dict[str, Any]] = {("kefir", "dev-snap-start"): {"snap_start": True}}


@dataclass(frozen=True)
class Case:
    """One template of a system on one stage, with its settings there; ``variant`` is "" for the usual ones."""

    system: System
    stage: Stage
    stack: SynthesizedStack
    settings: Any
    variant: str = ""

    @property
    def id(self) -> str:
        return f"{self.stack.system}/{self.variant or self.stage.name}/{self.stack.key}"

    @property
    def template(self) -> dict[str, Any]:
        return self.stack.template


@cache
def built(system_key: str, name: str) -> tuple[Case, ...]:
    """The templates of a system on the stage of that name, or as the variant of that name."""
    system: System = bootstrap.SYSTEM if system_key == "bootstrap" else load_system(system_key)
    stage_name, chosen = VARIANTS.get((system_key, name), (name, {}))
    keys = STAGE_KEYS.get((system_key, name), {})
    stage = Stage(stage_name, account=LOCAL_ACCOUNT if stage_name == LOCAL else None, **keys)
    required = PRODUCTION.get(system_key, {}) if stage.production else {}
    settings = system.settings(**{**required, **chosen})
    variant = name if name != stage_name else ""
    system = system.with_settings(settings)
    return tuple(Case(system, stage, stack, settings, variant) for stack in synth(system, stage, settings))


def systems_by_stage() -> list[tuple[Case, ...]]:
    usual = [built(system, stage) for system in ("bootstrap", *SYSTEMS) for stage in STAGES]
    return [*usual, *(built(system, name) for system, name in VARIANTS)]


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
