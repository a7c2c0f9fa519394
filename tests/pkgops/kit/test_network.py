"""Networks of private subnets, ways out of them, and Redis in them."""

from __future__ import annotations

import pytest

from pkgops.kit.network.private import PrivateNetwork, private_network
from pkgops.kit.network.redis import Redis, redis
from pkgops.kit.network.security_groups import security_group
from pkgops.kit.secret import JsonSecret, json_secret, secret_field

PUBLIC = ("10.40.128.0/24", "10.40.129.0/24")


def resources(scope, kind):
    found = scope.template.to_dict()["Resources"]
    return {name: row.get("Properties", {}) for name, row in found.items() if row["Type"] == f"AWS::{kind}"}


def test_without_a_way_out_there_is_one_table_without_a_route(scope, findings):
    private_network(scope, PrivateNetwork("shop"))
    assert findings(scope) == []
    (vpc,) = resources(scope, "EC2::VPC").values()
    assert (vpc["CidrBlock"], vpc["EnableDnsSupport"], vpc["EnableDnsHostnames"]) == ("10.40.0.0/16", True, True)
    subnets = resources(scope, "EC2::Subnet").values()
    assert [row["CidrBlock"] for row in subnets] == ["10.40.0.0/24", "10.40.1.0/24"]
    zones = [row["AvailabilityZone"]["Fn::Select"][0] for row in subnets]
    assert zones == [0, 1]
    assert len(resources(scope, "EC2::RouteTable")) == 1
    assert len(resources(scope, "EC2::SubnetRouteTableAssociation")) == 2
    for kind in ("Route", "NatGateway", "InternetGateway", "EIP", "VPCEndpoint"):
        assert resources(scope, f"EC2::{kind}") == {}


@pytest.mark.parametrize("count", [1, 2])
def test_private_subnets_go_out_by_one_gateway_or_each_by_its_own(scope, findings, count):
    private_network(scope, PrivateNetwork("shop", public=PUBLIC[:count], gateways=("dynamodb",)))
    assert findings(scope) == []
    tables = [row["RouteTableId"]["Ref"] for row in resources(scope, "EC2::SubnetRouteTableAssociation").values()]
    assert len({name for name in tables if name.startswith("Private")}) == count
    outward = {
        row["RouteTableId"]["Ref"]: row["NatGatewayId"]["Ref"]
        for row in resources(scope, "EC2::Route").values()
        if "NatGatewayId" in row
    }
    assert outward == {f"PrivateRoutes{at}": f"NatGateway{at}" for at in range(1, count + 1)}
    gateways = [row["SubnetId"]["Ref"] for row in resources(scope, "EC2::NatGateway").values()]
    assert gateways == [f"PublicSubnet{at}" for at in range(1, count + 1)]
    (endpoint,) = resources(scope, "EC2::VPCEndpoint").values()
    assert len(endpoint["RouteTableIds"]) == count


def test_ways_out_for_some_subnets_alone_are_a_mistake(scope):
    with pytest.raises(ValueError, match="2 private and 3 public subnets for 3 NAT gateways"):
        private_network(scope, PrivateNetwork("shop", public=(*PUBLIC, "10.40.130.0/24")))


def test_a_group_opens_a_port_to_the_members_of_another(scope, findings):
    vpc = private_network(scope, PrivateNetwork("shop")).id
    clients = security_group(scope, "clients", vpc, "Clients")
    security_group(scope, "servers", vpc, "Servers", ((6379, clients),))
    assert findings(scope) == []
    groups = resources(scope, "EC2::SecurityGroup")
    assert "SecurityGroupIngress" not in groups["ClientsSecurityGroup"]
    (rule,) = groups["ServersSecurityGroup"]["SecurityGroupIngress"]
    assert (rule["FromPort"], rule["ToPort"], rule["IpProtocol"]) == (6379, 6379, "tcp")
    assert rule["Description"] == "Port 6379 for members"
    assert rule["SourceSecurityGroupId"] == {"Fn::GetAtt": ["ClientsSecurityGroup", "GroupId"]}


@pytest.mark.parametrize(("nodes", "fails_over"), [(1, False), (2, True)])
def test_redis_is_encrypted_has_a_password_and_fails_over_to_another_node(scope, findings, nodes, fails_over):
    token = secret_field(json_secret(scope, JsonSecret("shop/cache", (), "", "token", id="Cache")), "token")
    made = redis(scope, Redis("shop-cache", token, nodes=nodes), private_network(scope, PrivateNetwork("shop")))
    scope.output("Endpoint", made.address)
    assert findings(scope) == []
    (group,) = resources(scope, "ElastiCache::ReplicationGroup").values()
    assert (group["ReplicationGroupId"], group["NumCacheClusters"]) == ("shop-cache-dev", nodes)
    assert (group["AutomaticFailoverEnabled"], group["MultiAZEnabled"]) == (fails_over, fails_over)
    assert (group["AtRestEncryptionEnabled"], group["TransitEncryptionEnabled"]) == (True, True)
    assert group["AuthToken"] == {"Fn::Sub": "{{resolve:secretsmanager:${Cache}:SecretString:token}}"}
    assert group["SecurityGroupIds"] == [{"Fn::GetAtt": ["RedisSecurityGroup", "GroupId"]}]
    (subnets,) = resources(scope, "ElastiCache::SubnetGroup").values()
    assert subnets["SubnetIds"] == [{"Ref": "PrivateSubnet1"}, {"Ref": "PrivateSubnet2"}]


@pytest.mark.parametrize(("retained", "policy"), [(True, "Snapshot"), (False, "Delete")])
def test_a_cluster_that_is_kept_leaves_a_snapshot(scope, retained, policy):
    row = Redis("shop-cache", "{{resolve:x}}", retained=retained)
    redis(scope, row, private_network(scope, PrivateNetwork("shop")))
    group = scope.template.to_dict()["Resources"]["CacheReplicationGroup"]
    assert (group["DeletionPolicy"], group["UpdateReplacePolicy"]) == (policy, policy)
