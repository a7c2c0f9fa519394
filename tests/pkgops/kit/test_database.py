"""Databases: what their capacity may be, and networks with a tier for them."""

from __future__ import annotations

import pytest

from pkgops.kit.database.aurora import Aurora, aurora
from pkgops.kit.network.private import PrivateNetwork, private_network, tiers
from pkgops.kit.secret import JsonSecret, TextSecret, json_secret, text_secret
from tests.pkgops.kit.test_network import resources


def made(scope, **settings):
    login = JsonSecret("shop/database", (), generated="password", values={"username": "keeper"})
    row = Aurora("shop-cluster", "shop", "15.13", **{"minimum": 0.5, "maximum": 1.5, **settings})
    return aurora(scope, row, private_network(scope, PrivateNetwork("shop")), json_secret(scope, login))


def test_a_network_without_isolated_subnets_holds_it_in_the_private_ones(scope, findings):
    cluster = made(scope, readers=1, monitoring=30, log_days=7)
    assert findings(scope) == []
    (subnets,) = resources(scope, "RDS::DBSubnetGroup").values()
    assert subnets["SubnetIds"] == [{"Ref": "PrivateSubnet1"}, {"Ref": "PrivateSubnet2"}]
    assert cluster.log_group == "/aws/rds/cluster/shop-cluster-dev/postgresql"
    assert len(resources(scope, "IAM::Role")) == 1


@pytest.mark.parametrize(("minimum", "pause"), [(0, 0), (0.5, 600)])
def test_a_database_pauses_from_nothing_and_only_from_there(scope, minimum, pause):
    with pytest.raises(ValueError, match="shop-cluster pauses if its least capacity is 0"):
        made(scope, minimum=minimum, pause_after=pause)


def test_tiers_are_numbered_one_after_the_other():
    assert tiers("10.0.0.0/16", 2) == [
        ("10.0.0.0/24", "10.0.1.0/24"),
        ("10.0.2.0/24", "10.0.3.0/24"),
        ("10.0.4.0/24", "10.0.5.0/24"),
    ]
    assert tiers("10.9.0.0/20", 1, 2) == [("10.9.0.0/24",), ("10.9.1.0/24",)]


def test_fewer_gateways_than_subnets_are_taken_in_turn(scope, findings):
    public, private, isolated = tiers("10.0.0.0/16", 3)
    network = private_network(
        scope, PrivateNetwork("shop", "10.0.0.0/16", private, public, nats=2, isolated=isolated, own_tables=True)
    )
    assert findings(scope) == []
    outward = {
        name: row["NatGatewayId"]["Ref"] for name, row in resources(scope, "EC2::Route").items() if "Nat" in str(row)
    }
    assert list(outward.values()) == ["NatGateway1", "NatGateway2", "NatGateway1"]
    assert len(network.public) == len(network.subnets) == len(network.isolated) == 3


def test_a_plain_secret_is_not_json(scope, findings):
    text_secret(scope, TextSecret("shop/session", length=40, retained=False))
    assert findings(scope) == []
    (secret,) = resources(scope, "SecretsManager::Secret").values()
    assert secret["GenerateSecretString"] == {"ExcludePunctuation": True, "IncludeSpace": False, "PasswordLength": 40}
