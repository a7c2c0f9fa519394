"""The types of resources that hold data."""

from __future__ import annotations

from pkgops.checks.kit.subject import Resource

STATEFUL = (
    "AWS::Cognito::UserPool",
    "AWS::DocDB::DBCluster",
    "AWS::DynamoDB::GlobalTable",
    "AWS::DynamoDB::Table",
    "AWS::EC2::Volume",
    "AWS::EFS::FileSystem",
    "AWS::Neptune::DBCluster",
    "AWS::OpenSearchService::Domain",
    "AWS::RDS::DBCluster",
    "AWS::RDS::DBInstance",
    "AWS::Redshift::Cluster",
    "AWS::S3::Bucket",
)


def in_cluster(resource: Resource) -> bool:
    """Whether a resource is an instance of a database cluster, which has the data, their encryption and protection."""
    return resource.type == "AWS::RDS::DBInstance" and "DBClusterIdentifier" in resource.properties
