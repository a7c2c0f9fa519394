"""The database stack: Keyvex's table, its queues, and Redis in a network of its own."""

from __future__ import annotations

from troposphere import GetAtt, Ref, Sub

from pkgops.kit.network.private import PrivateNetwork, private_network
from pkgops.kit.network.redis import Redis, redis
from pkgops.kit.queue import DAY, Queue, queues
from pkgops.kit.secret import secret_field
from pkgops.kit.table import Index, Table, table
from pkgops.scope import Scope
from templates.keyvex.functions import FUNCTIONS
from templates.keyvex.naming import REDIS, TABLE, describe, publish
from templates.keyvex.secrets import AUTH_TOKEN

# By documented key: the processor, days a message is kept, and how often it is tried.
QUEUES = {
    "AiProcessing": ("ai_processor", 14, 3),
    "Analytics": ("analytics_processor", 7, 5),
    "Email": ("email_processor", 3, 3),
}
PUBLIC_SUBNETS = ("10.40.128.0/24", "10.40.129.0/24")


def build(scope: Scope) -> None:
    """The table and the queues, and unless it is switched off Redis with its network."""
    describe(scope, "Database")
    production = scope.stage.production
    indexes = tuple(Index(name, f"{name}PK", f"{name}SK") for name in ("GSI1", "GSI2"))
    row = Table(TABLE, indexes, "PK", "SK", ttl="ttl", disposable=not production, recoverable=True)
    made = table(scope, row)
    publish(scope, DynamoDbTableName=Ref(made), DynamoDbTableArn=GetAtt(made, "Arn"), TableName=Ref(made))
    publish(scope, DynamoDbEndpoint=Sub("https://dynamodb.${AWS::Region}.${AWS::URLSuffix}"))
    for key, (processor, days, tries) in QUEUES.items():
        _queue(scope, key, processor, days, tries)
    if scope.settings.has_redis:
        _redis(scope)


def _queue(scope: Scope, key: str, processor: str, days: int, tries: int) -> None:
    row = FUNCTIONS[processor]
    dead = Queue(row.queue.replace("-queue-", "-dlq-"), 14 * DAY)
    work = Queue(row.queue, days * DAY, row.visibility, dead.name, tries)
    made = queues(scope, (dead, work))
    publish(
        scope,
        **{
            f"{key}QueueUrl": made[work.name].url,
            f"{key}QueueArn": made[work.name].arn,
            f"{key}QueueName": GetAtt(made[work.name], "QueueName"),
            f"{key}DlqName": GetAtt(made[dead.name], "QueueName"),
        },
    )


def _redis(scope: Scope) -> None:
    """Without a way out of its network, unless functions are in there: they call providers on the internet."""
    production = scope.stage.production
    public = PUBLIC_SUBNETS[: 2 if production else 1] if scope.settings.lambda_vpc else ()
    gateways = ("dynamodb",) if scope.settings.lambda_vpc else ()
    network = private_network(scope, PrivateNetwork("keyvex-vpc-{environment}", public=public, gateways=gateways))
    token = secret_field(scope.use("security.DatabaseSecretsArn"), AUTH_TOKEN)
    size = {"node": "cache.r6g.large", "nodes": 2, "snapshots": 7} if production else {"node": "cache.t3.micro"}
    cluster = redis(
        scope,
        Redis(REDIS, token, description=f"Keyvex cache - {scope.environment}", retained=production, **size),
        network,
    )
    publish(
        scope,
        RedisEndpoint=cluster.address,
        RedisPort=cluster.port,
        RedisClientSecurityGroupId=cluster.clients,
        VpcId=network.id,
        **{f"PrivateSubnet{at}Id": subnet for at, subnet in enumerate(network.subnets, 1)},
    )
