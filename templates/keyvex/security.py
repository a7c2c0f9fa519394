"""The security stack: Keyvex's secrets, the roles of its functions, and what the web application may do.

Roles name the table, the queues and the API by their documented names: this stack is deployed before theirs.
"""

from __future__ import annotations

from typing import Any

from awacs import execute_api, s3, secretsmanager, sqs
from awacs.aws import Statement
from troposphere import GetAtt, Ref, Sub

from pkgops.kit import grants
from pkgops.kit.bucket import bucket_name
from pkgops.kit.naming import arn
from pkgops.kit.roles import LAMBDA_BASICS, Role, managed_policy, role
from pkgops.kit.secret import JsonSecret, json_secret
from pkgops.scope import Scope
from templates.keyvex.functions import FUNCTIONS, physical_name
from templates.keyvex.naming import (
    AI_QUEUE,
    AI_SECRET,
    ANALYTICS_QUEUE,
    BUCKETS,
    DATABASE_SECRET,
    EMAIL_QUEUE,
    INTEGRATION_SECRET,
    TABLE,
    describe,
    publish,
    socket_stage,
)
from templates.keyvex.secrets import AUTH_TOKEN, FIELDS

APP_ACCESS = "keyvex-app-access-{environment}"
# What each function does to the main table and its indexes; every finding of rule P101 or P102 is a change of this table.
ITEMS = {
    "ai_processor": ("ConditionCheckItem", "DeleteItem", "GetItem", "PutItem", "Query", "UpdateItem"),
    "analytics_processor": ("GetItem", "PutItem", "UpdateItem"),
    "websocket_handler": ("DeleteItem", "PutItem", "Query"),
    "email_processor": ("ConditionCheckItem", "DeleteItem", "GetItem", "PutItem", "Query"),
}


def build(scope: Scope) -> None:
    """Secrets, roles, and the policy of the web application."""
    describe(scope, "Security")
    ai, integrations, database = (json_secret(scope, row) for row in _secrets(scope))
    publish(scope, AiSecretsArn=Ref(ai), IntegrationSecretsArn=Ref(integrations), DatabaseSecretsArn=Ref(database))
    connected = grants.allow([execute_api.ManageConnections], _connections(scope, "*"))
    own = {
        "ai_processor": (_read(ai), _consume(scope, AI_QUEUE), connected),
        "analytics_processor": (_consume(scope, ANALYTICS_QUEUE),),
        "websocket_handler": (connected,),
        "email_processor": (_read(integrations), _consume(scope, EMAIL_QUEUE)),
    }
    for name, statements in own.items():
        made = _role(scope, name, statements)
        publish(scope, **{f"{made.title}Arn": GetAtt(made, "Arn")})
    access = managed_policy(scope, APP_ACCESS, _application(scope), "What the Keyvex web application may do")
    publish(scope, AppAccessPolicyArn=Ref(access))
    scope.output("Environment", scope.environment)


def _secrets(scope: Scope) -> tuple[JsonSecret, ...]:
    kept = scope.stage.production
    database: dict[str, Any] = {"fields": FIELDS[DATABASE_SECRET]}
    if scope.settings.has_redis:
        # ElastiCache wants a password when it is created; it forbids what is excluded, and punctuation is left out too.
        database = {"fields": ("encryption_key",), "generated": AUTH_TOKEN, "punctuation": False}
    return (
        JsonSecret(
            AI_SECRET,
            FIELDS[AI_SECRET],
            "AI provider API keys and configuration",
            retained=kept,
            id="AiSecrets",
        ),
        JsonSecret(
            INTEGRATION_SECRET,
            FIELDS[INTEGRATION_SECRET],
            "Third-party integration secrets",
            retained=kept,
            id="IntegrationSecrets",
        ),
        JsonSecret(
            DATABASE_SECRET,
            description="Database encryption and access secrets",
            retained=kept,
            id="DatabaseSecrets",
            **database,
        ),
    )


def _role(scope: Scope, function: str, statements: tuple[Statement, ...]) -> Any:
    name = FUNCTIONS[function].name
    items = grants.table_operations(scope.named(TABLE), *ITEMS[function])
    # Lambda connects a function to a network with the function's role.
    network = grants.network_interfaces(physical_name(scope, function)) if scope.settings.lambda_vpc else ()
    made = role(scope, Role(f"{name}-role-{{environment}}", (items, *statements, *network), managed=(LAMBDA_BASICS,)))
    if network:
        scope.accept("P105", made, reason="EC2 has no narrower resource for interfaces; the code itself is denied them")
    return made


def _read(secret: Any) -> Statement:
    return grants.allow([secretsmanager.GetSecretValue], Ref(secret))


def _consume(scope: Scope, queue: str) -> Statement:
    actions = (
        sqs.ReceiveMessage,
        sqs.DeleteMessage,
        sqs.ChangeMessageVisibility,
        sqs.GetQueueAttributes,
        sqs.GetQueueUrl,
    )
    return grants.allow(actions, arn("sqs", scope.named(queue)))


def _connections(scope: Scope, method: str) -> Any:
    """The connections of the WebSocket API, whose id is not known yet: of any API with that stage."""
    return arn("execute-api", f"*/{socket_stage(scope)}/{method}/@connections/*")


def _application(scope: Scope) -> tuple[Statement, ...]:
    operations = ("GetItem", "PutItem", "UpdateItem", "DeleteItem", "Query", "Scan")
    objects = [Sub(f"arn:${{AWS::Partition}}:s3:::{bucket_name(scope, name)}/*") for name in BUCKETS.values()]
    return (
        grants.table_operations(scope.named(TABLE), *operations),
        grants.allow([execute_api.ManageConnections], _connections(scope, "POST")),
        grants.allow(
            [sqs.SendMessage, sqs.GetQueueAttributes], arn("sqs", scope.named("keyvex-*-queue-{environment}"))
        ),
        grants.allow([s3.GetObject, s3.PutObject, s3.DeleteObject], *objects),
        grants.allow(
            [secretsmanager.GetSecretValue], arn("secretsmanager", f"secret:{scope.named('keyvex/*/{environment}')}-*")
        ),
    )
