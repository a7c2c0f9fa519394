"""The picture of a site whose server runs Node.js, with a database in a network."""

from __future__ import annotations

from typing import Any

from tests.pkgops.graph.systems import arrows, function, of, role, stack

STREAMS: dict[str, Any] = {
    "Vpc": {"Type": "AWS::EC2::VPC", "Properties": {}},
    "Subnet": {"Type": "AWS::EC2::Subnet", "Properties": {"VpcId": {"Ref": "Vpc"}}},
    "Gateway": {"Type": "AWS::EC2::NatGateway", "Properties": {"SubnetId": {"Ref": "Subnet"}}},
    "Group": {"Type": "AWS::EC2::SecurityGroup", "Properties": {"VpcId": {"Ref": "Vpc"}}},
    "Rule": {"Type": "AWS::EC2::SecurityGroupIngress", "Properties": {"GroupId": {"Ref": "Group"}}},
    "Subnets": {"Type": "AWS::RDS::DBSubnetGroup", "Properties": {"SubnetIds": [{"Ref": "Subnet"}]}},
    "Password": {"Type": "AWS::SecretsManager::Secret", "Properties": {"Name": "shop/db"}},
    "Cluster": {
        "Type": "AWS::RDS::DBCluster",
        "Properties": {
            "DBSubnetGroupName": {"Ref": "Subnets"},
            "MasterUserPassword": {"Fn::Sub": "{{resolve:secretsmanager:${Password}:SecretString:password}}"},
        },
    },
    "Writer": {"Type": "AWS::RDS::DBInstance", "Properties": {"DBClusterIdentifier": {"Ref": "Cluster"}}},
    "Attached": {
        "Type": "AWS::SecretsManager::SecretTargetAttachment",
        "Properties": {"SecretId": {"Ref": "Password"}, "TargetId": {"Ref": "Cluster"}},
    },
    "Server": function(
        Runtime="nodejs22.x",
        VpcConfig={"SubnetIds": [{"Ref": "Subnet"}]},
        Environment={"Variables": {"HOST": {"Fn::GetAtt": ["Cluster", "Endpoint.Address"]}}},
    ),
    "Role": role({"Action": "secretsmanager:GetSecretValue", "Resource": {"Ref": "Password"}}),
    "Url": {"Type": "AWS::Lambda::Url", "Properties": {"TargetFunctionArn": {"Ref": "Server"}}},
    "Assets": {"Type": "AWS::S3::Bucket", "Properties": {}},
    "Control": {"Type": "AWS::CloudFront::OriginAccessControl", "Properties": {}},
    "Web": {
        "Type": "AWS::CloudFront::Distribution",
        "Properties": {
            "DistributionConfig": {
                "Origins": [
                    {
                        "Id": "server",
                        "DomainName": {"Fn::Select": [2, {"Fn::Split": ["/", {"Fn::GetAtt": ["Url", "FunctionUrl"]}]}]},
                        "OriginAccessControlId": {"Ref": "Control"},
                    },
                    {"Id": "assets", "DomainName": {"Fn::GetAtt": ["Assets", "RegionalDomainName"]}},
                ],
                "DefaultCacheBehavior": {"TargetOriginId": "server"},
                "CacheBehaviors": [{"TargetOriginId": "assets", "PathPattern": "/_next/static/*"}],
            }
        },
    },
    "MayCall": {
        "Type": "AWS::Lambda::Permission",
        "Properties": {
            "FunctionName": {"Ref": "Server"},
            "SourceArn": {"Fn::Sub": "arn:aws:cloudfront::1:distribution/${Web}"},
        },
    },
}


def test_a_site_of_a_node_server_with_a_database_in_a_network():
    graph = of(stack(STREAMS))
    assert arrows(graph) == {
        ("Web", "Server", "/*"),
        ("Web", "Assets", "/_next/static/*"),
        ("Server", "Cluster", "uses"),
        ("Server", "Password", "read"),
        ("Cluster", "Password", "credentials"),
    }
    assert {node.id for node in graph.nodes} == {
        *("app.Vpc", "app.Cluster", "app.Password", "app.Server", "app.Assets", "app.Web")
    }
    assert graph.node("app.Server").badges == ("in the network", "function URL")
    assert graph.node("app.Vpc").badges == ("1 NAT gateway",)
    assert not graph.hidden
