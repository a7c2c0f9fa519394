"""The compute stack: Keyvex's four functions, and the queues that call three of them."""

from __future__ import annotations

from typing import Any

from pkgops.kit.function import Function, FunctionDefaults, FunctionResource, Vpc, functions
from pkgops.kit.naming import kebab_case, pascal_case
from pkgops.kit.triggers import QueueTrigger
from pkgops.scope import Scope
from templates.keyvex.config import providers
from templates.keyvex.database import QUEUES
from templates.keyvex.functions import FUNCTIONS, Row
from templates.keyvex.naming import describe, publish

REPRODUCIBLE = "reproducible"
# What functions are given though not all read it, and what they read though it is usually not there.
SHARED = ("ENVIRONMENT", "AI_SECRETS_ARN", "INTEGRATION_SECRETS_ARN", "DATABASE_SECRETS_ARN")
OPTIONAL = ("INTEGRATIONS_SECRETS_ARN", "WEBSOCKET_CALLBACK_URL", "AI_MODEL_OVERRIDES")
_KEYS = {processor: key for key, (processor, _, _) in QUEUES.items()}


def build(scope: Scope) -> None:
    """The functions, with their names and ARNs as outputs."""
    describe(scope, "Compute")
    for name, row in FUNCTIONS.items():
        made = _function(scope, name, row)
        publish(scope, **{f"{made.id}FunctionName": made.name, f"{made.id}FunctionArn": made.target})
        scope.accept(
            "P203", f"{made.id}Function", reason="the documents have no tracing, the roles no permission for it"
        )
    scope.output(
        "LambdaBuildTime", REPRODUCIBLE, description="Equal code gives equal packages, whenever they are built"
    )
    _accept(scope)


def _accept(scope: Scope) -> None:
    for variable in (*SHARED, *_cache(scope)):
        scope.accept("P206", subject=variable, reason="the documents give it to every function")
    replaced = providers.environment(scope, *providers.PLACES)
    for variable in (*OPTIONAL, *(name for name in providers.PLACES if name not in replaced)):
        scope.accept("P205", subject=variable, reason="it replaces an address, or part of the models")


def _function(scope: Scope, name: str, row: Row) -> FunctionResource:
    defaults = FunctionDefaults(
        f"handlers/keyvex/{row.folder}",
        "keyvex-",
        _environment(scope),
        retention=90 if scope.stage.production else 14,
        architecture="x86_64",
        name_style=_name_style,
        vpc=_network(scope),
        traced=False,
    )
    triggers: tuple[QueueTrigger, ...] = ()
    if row.queue:
        source = scope.use(f"database.{_KEYS[name]}QueueArn")
        triggers = (QueueTrigger(source, row.batch, row.window, row.concurrency),)
    function = Function(
        name,
        triggers,
        environment=_own_environment(scope, name, row),
        memory=row.memory,
        timeout=row.timeout,
        role=scope.use(f"security.{pascal_case(name)}RoleArn"),
    )
    return functions(scope, defaults, [function])[name]


def _name_style(row: str) -> str:
    """``ai_processor`` as ``ai-processor-{environment}``."""
    return f"{kebab_case(row)}-{{environment}}"


def _environment(scope: Scope) -> dict[str, Any]:
    """What every function gets."""
    cache = {name: scope.use(f"database.Redis{part}") for name, part in _cache(scope).items()}
    return {
        "ENVIRONMENT": scope.environment,
        "DYNAMODB_TABLE_NAME": scope.use("database.DynamoDbTableName"),
        "AI_SECRETS_ARN": scope.use("security.AiSecretsArn"),
        "INTEGRATION_SECRETS_ARN": scope.use("security.IntegrationSecretsArn"),
        "DATABASE_SECRETS_ARN": scope.use("security.DatabaseSecretsArn"),
        "LOG_LEVEL": scope.settings.log_level,
        **cache,
    }


def _cache(scope: Scope) -> dict[str, str]:
    return {"REDIS_ENDPOINT": "Endpoint", "REDIS_PORT": "Port"} if scope.settings.has_redis else {}


def _own_environment(scope: Scope, name: str, row: Row) -> dict[str, Any]:
    settings = scope.settings
    found: dict[str, Any] = {}
    if row.variable:
        found[row.variable] = scope.use(f"database.{_KEYS[name]}QueueUrl")
    if name == "ai_processor":
        found["AI_LATENCY_ALERT_MS"] = str(settings.ai_latency_alert_ms)
        found["AI_COST_ALERT_USD"] = f"{settings.ai_cost_alert_usd:g}"
        found |= providers.environment(scope, "ANTHROPIC_BASE_URL", "OPENAI_BASE_URL")
        if settings.ai_model_overrides:
            found["AI_MODEL_OVERRIDES"] = settings.ai_model_overrides
    if name == "email_processor":
        found |= {"FROM_EMAIL": settings.from_email, "FROM_NAME": settings.from_name}
        found |= providers.environment(scope, "SENDGRID_BASE_URL")
    if name == "websocket_handler":
        found["CONNECTION_TTL_SECONDS"] = str(settings.connection_ttl_seconds)
    return found


def _network(scope: Scope) -> Vpc | None:
    if not scope.settings.lambda_vpc:
        return None
    subnets = tuple(scope.use(f"database.PrivateSubnet{at}Id") for at in (1, 2))
    return Vpc(subnets, (scope.use("database.RedisClientSecurityGroupId"),))
