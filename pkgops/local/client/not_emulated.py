"""The notes on what the emulator accepts without doing it, by resource type."""

from __future__ import annotations

# In the order they are shown. The types are those whose users would otherwise wait for an effect.
_NOTES: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("WAF rules are recorded, not evaluated.", ("AWS::WAFv2::WebACL", "AWS::WAFv2::WebACLAssociation")),
    (
        "Alarms change only when a metric is put or printed: not over time, and not with Lambda's or metric math.",
        ("AWS::CloudWatch::Alarm",),
    ),
    ("X-Ray traces are not collected.", ("AWS::Lambda::Function",)),
    ("Functions run on this machine's Python and architecture.", ("AWS::Lambda::Function",)),
    (
        "New code is live at once: CodeDeploy shifts no traffic.",
        ("AWS::CodeDeploy::DeploymentGroup", "AWS::CodeDeploy::Application"),
    ),
    (
        "Changes of a REST API are live without a new deployment; responses are never cached.",
        ("AWS::ApiGateway::Stage",),
    ),
    ("HTTP APIs are not throttled.", ("AWS::ApiGatewayV2::Stage",)),
    ("Event source mappings do not wait for their batching window.", ("AWS::Lambda::EventSourceMapping",)),
    ("E-mail subscriptions of topics are recorded, not sent.", ("AWS::SNS::Subscription",)),
    ("Mail is kept, not sent: see pkgops local mail.", ("AWS::SES::EmailIdentity",)),
    ("Certificates and custom domains are recorded; names are not resolved.", ("AWS::ApiGateway::DomainName",)),
    (
        "Backups are not made.",
        ("AWS::Backup::BackupPlan", "AWS::Backup::BackupSelection", "AWS::Backup::BackupVault"),
    ),
    ("Budgets measure nothing.", ("AWS::Budgets::Budget",)),
    ("Lifecycle rules expire nothing and access logs are not written.", ("AWS::S3::Bucket",)),
    (
        "CloudFront caches nothing and checks no signed URLs; pkgops local status says where it answers.",
        ("AWS::CloudFront::Distribution",),
    ),
    ("Capacity does not scale.", ("AWS::ApplicationAutoScaling::ScalableTarget",)),
    ("Secrets are not rotated.", ("AWS::SecretsManager::RotationSchedule",)),
    (
        "Redis has no TLS, replicas and snapshots, and is empty after pkgops local down. It takes pip install "
        "'pkgops[redis]', or a server on the PATH.",
        ("AWS::ElastiCache::ReplicationGroup", "AWS::ElastiCache::CacheCluster"),
    ),
    (
        "PostgreSQL is version 18 without TLS, readers and snapshots. It takes pip install "
        "'pkgops[postgres]', without which nothing answers at a database's address.",
        ("AWS::RDS::DBCluster", "AWS::RDS::DBInstance"),
    ),
    ("Networks are recorded; everything reaches everything.", ("AWS::EC2::VPC", "AWS::EC2::SecurityGroup")),
    ("NAT gateways pass nothing on: functions reach the internet as this machine does.", ("AWS::EC2::NatGateway",)),
)


def notes(types: set[str]) -> list[str]:
    """A sentence for each effect these types have on AWS and not on the emulator, in a fixed order; ``types`` are
    CloudFormation names (``AWS::S3::Bucket``)."""
    return [sentence for sentence, concerned in _NOTES if not types.isdisjoint(concerned)]
