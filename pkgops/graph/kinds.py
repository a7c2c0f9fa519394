"""Which resources become nodes, and which belong to another one?"""

from __future__ import annotations

from collections.abc import Mapping

FUNCTION, TABLE, BUCKET, QUEUE, TOPIC = "function", "table", "bucket", "queue", "topic"
API, USERS, MACHINE, BUS, STREAM = "api", "users", "machine", "bus", "stream"
CACHE, DATABASE, SECRET = "cache", "database", "secret"
CDN, MAIL, FIREWALL, BACKUP, NETWORK, OTHER = "cdn", "mail", "firewall", "backup", "network", "other"

# type -> kind of its node, and the word under its name.
NODES: Mapping[str, tuple[str, str]] = {
    "AWS::ApiGateway::RestApi": (API, "REST API"),
    "AWS::ApiGatewayV2::Api": (API, "API"),
    "AWS::AppSync::GraphQLApi": (API, "GraphQL API"),
    "AWS::Backup::BackupPlan": (BACKUP, "backup plan"),
    "AWS::Budgets::Budget": (OTHER, "budget"),
    "AWS::CloudFront::Distribution": (CDN, "distribution"),
    "AWS::Cognito::IdentityPool": (USERS, "identity pool"),
    "AWS::Cognito::UserPool": (USERS, "user pool"),
    "AWS::DynamoDB::GlobalTable": (TABLE, "table"),
    "AWS::DynamoDB::Table": (TABLE, "table"),
    "AWS::EC2::VPC": (NETWORK, "network"),
    "AWS::ECS::Service": (FUNCTION, "container service"),
    "AWS::ElastiCache::CacheCluster": (CACHE, "cache"),
    "AWS::ElastiCache::ReplicationGroup": (CACHE, "cache"),
    "AWS::ElastiCache::ServerlessCache": (CACHE, "cache"),
    "AWS::ElasticLoadBalancingV2::LoadBalancer": (API, "load balancer"),
    "AWS::Events::EventBus": (BUS, "event bus"),
    "AWS::Kinesis::Stream": (STREAM, "stream"),
    "AWS::KinesisFirehose::DeliveryStream": (STREAM, "delivery stream"),
    "AWS::Lambda::Function": (FUNCTION, "function"),
    "AWS::OpenSearchService::Domain": (DATABASE, "search domain"),
    "AWS::RDS::DBCluster": (DATABASE, "database"),
    "AWS::RDS::DBInstance": (DATABASE, "database"),
    "AWS::RDS::DBProxy": (DATABASE, "database proxy"),
    "AWS::S3::Bucket": (BUCKET, "bucket"),
    "AWS::SES::EmailIdentity": (MAIL, "mail identity"),
    "AWS::SNS::Topic": (TOPIC, "topic"),
    "AWS::SQS::Queue": (QUEUE, "queue"),
    "AWS::SecretsManager::Secret": (SECRET, "secret"),
    "AWS::StepFunctions::StateMachine": (MACHINE, "state machine"),
    "AWS::WAFv2::WebACL": (FIREWALL, "firewall"),
}
# Types without a place in a picture: of the account, or about other resources only.
DETAILS = frozenset(
    {
        "AWS::ApiGateway::Account",
        "AWS::CloudFormation::WaitConditionHandle",
        "AWS::CloudWatch::Dashboard",
        "AWS::IAM::ManagedPolicy",
        "AWS::IAM::Policy",
        "AWS::IAM::Role",
        "AWS::IAM::User",
        "AWS::KMS::Alias",
        "AWS::KMS::Key",
        "AWS::Lambda::Permission",
        "AWS::Logs::LogGroup",
        "AWS::Logs::ResourcePolicy",
        "AWS::S3::BucketPolicy",
        "AWS::SNS::TopicPolicy",
        "AWS::SQS::QueuePolicy",
    }
)
# The properties that name what a resource belongs to, the most telling first.
OWNERS = (
    *("RestApiId", "ApiId", "FunctionName", "TargetFunctionArn", "Bucket", "Queues", "Topics", "TopicArn"),
    *("UserPoolId", "IdentityPoolId", "WebACLArn", "BackupPlanId", "DBClusterIdentifier", "SourceDBInstanceIdentifier"),
    *("ServiceToken", "ApplicationName", "SecretId", "ResourceId", "VpcId", "RouteTableId", "SubnetId", "GroupId"),
    *("EventBusName", "Roles", "LoadBalancerArn", "DBProxyName", "StateMachineArn", "DistributionId"),
)
# Databases that are part of another one if they name it.
INNER: Mapping[str, str] = {"AWS::RDS::DBInstance": "DBClusterIdentifier"}
# They are reached over the network without a permission: whoever knows the address uses them.
ADDRESSED = frozenset({CACHE, DATABASE})
SCHEDULES = frozenset({"AWS::Events::Rule", "AWS::Scheduler::Schedule"})


def kind_of(type: str, properties: Mapping[str, object]) -> tuple[str, str] | None:
    """The kind of a resource's node and the word for it; None for what is no node of itself."""
    if type in INNER and INNER[type] in properties:
        return None
    if type == "AWS::ApiGatewayV2::Api":
        word = {"HTTP": "HTTP API", "WEBSOCKET": "WebSocket API"}.get(str(properties.get("ProtocolType")), "API")
        return API, word
    return NODES.get(type)
