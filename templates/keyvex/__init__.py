"""Keyvex: the backend of an AI tool builder, with queues behind it and progress over WebSockets."""

from __future__ import annotations

from pkgops.declarations import MessageFormat
from pkgops.model import Stack, Stage, System
from templates.keyvex.config.providers import PROVIDERS
from templates.keyvex.functions import FUNCTIONS
from templates.keyvex.naming import ENVIRONMENTS
from templates.keyvex.secrets import SECRETS
from templates.keyvex.settings import Settings, check
from templates.keyvex.usage import USAGE
from templates.keyvex.variables import VARIABLES


def _tags(stage: Stage) -> dict[str, str]:
    return {
        "Project": "Keyvex",
        "Environment": ENVIRONMENTS[stage.name],
        "ManagedBy": "pkgops",
        "CostCenter": "Engineering",
    }


def _stack(key: str, name: str, when: str = "") -> Stack:
    return Stack(key, f"Keyvex-{{environment}}-{name}", (f"Keyvex{name}Stack",), when=when)


SYSTEM = System(
    key="keyvex",
    title="Keyvex: AI tool builder",
    stacks=(
        _stack("security", "Security"),
        _stack("storage", "Storage"),
        _stack("database", "Database"),
        _stack("compute", "Compute"),
        _stack("api", "Api"),
        _stack("monitoring", "Monitoring"),
        _stack("user_behavior", "UserBehavior", when="user_behavior"),
    ),
    settings=Settings,
    environments=ENVIRONMENTS,
    closed=True,
    check=check,
    tags=_tags,
    usage=USAGE,
    secret_rules=SECRETS,
    app_policy="security.AppAccessPolicyArn",
    companions=(PROVIDERS,),
    variables=VARIABLES,
    messages=tuple(
        MessageFormat(row.queue, f"handlers.keyvex.{row.folder}.messages", "messageType")
        for row in FUNCTIONS.values()
        if row.queue
    ),
)
