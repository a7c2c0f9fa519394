"""PkgWatch: package health for npm and PyPI, collected, scored and sold by API key."""

from __future__ import annotations

from pkgops.declarations import Example, SmokeCheck
from pkgops.model import Stack, Stage, System
from templates.pkgwatch.config.settings import Settings, check
from templates.pkgwatch.config.stripe import STRIPE
from templates.pkgwatch.config.upstreams import UPSTREAMS
from templates.pkgwatch.config.usage import USAGE

ENVIRONMENTS = {"local": "development", "dev": "development", "prod": "production"}


def _tags(stage: Stage) -> dict[str, str]:
    return {
        "Project": "PkgWatch",
        "Environment": ENVIRONMENTS.get(stage.name, stage.name),
        "ManagedBy": "pkgops",
    }


SYSTEM = System(
    key="pkgwatch",
    title="PkgWatch: package health API",
    stacks=(
        Stack("storage", "PkgWatchStorage", ("StorageStack", "PkgWatchStorageStack")),
        Stack("pipeline", "PkgWatchPipeline", ("PipelineStack", "PkgWatchPipelineStack")),
        Stack("api", "PkgWatchApi", ("ApiStack", "PkgWatchApiStack", "APIStack")),
        Stack("budgets", "PkgWatchBudgets", ("BudgetStack", "BudgetsStack", "Budget", "PkgWatchBudgetStack")),
    ),
    settings=Settings,
    environments=ENVIRONMENTS,
    check=check,
    tags=_tags,
    companions=(STRIPE, UPSTREAMS),
    example=Example("api.ApiUrl", "/packages/npm/lodash"),
    smoke=(SmokeCheck("api.ApiUrl", "/health", members={"status": "healthy", "version": ..., "timestamp": ...}),),
    usage=USAGE,
    secrets=(
        "pkgwatch/session-secret",
        "pkgwatch/stripe-secret",
        "pkgwatch/stripe-webhook",
        "pkgwatch/github-token",
        "pkgwatch/ip-hash-salt",
    ),
)
