"""Is what the stack makes what its documents say, once it is deployed?"""

from __future__ import annotations

import json
from urllib.request import Request

import pytest

from tests.e2e.conftest import exchange
from tests.e2e.stream_sales.market import Market

pytestmark = pytest.mark.e2e


def test_the_network_leads_where_it_should(market: Market) -> None:
    ec2, vpc = market.aws("ec2"), market.outputs["VPCId"]
    mine = [{"Name": "vpc-id", "Values": [vpc]}]
    subnets = {row["SubnetId"]: row["CidrBlock"] for row in ec2.describe_subnets(Filters=mine)["Subnets"]}
    assert sorted(subnets.values()) == [f"10.0.{number}.0/24" for number in range(6)]
    ways = {}
    for table in ec2.describe_route_tables(Filters=mine)["RouteTables"]:
        out = [row for row in table["Routes"] if row.get("DestinationCidrBlock") == "0.0.0.0/0"]
        kind = next((key for row in out for key in ("NatGatewayId", "GatewayId") if row.get(key)), "")
        for connected in table["Associations"]:
            if connected.get("SubnetId"):
                ways[subnets[connected["SubnetId"]]] = kind
    kinds = ["GatewayId", "GatewayId", "NatGatewayId", "NatGatewayId", "", ""]
    assert [ways[f"10.0.{number}.0/24"] for number in range(6)] == kinds
    groups = ec2.describe_security_groups(Filters=mine)["SecurityGroups"]
    (database,) = [row for row in groups if row["Description"] == "Security group for Aurora PostgreSQL cluster"]
    (out,) = database["IpPermissionsEgress"]
    assert (out["IpProtocol"], out["FromPort"], out["ToPort"]) == ("icmp", 252, 86)
    assert not [rule for rule in database["IpPermissions"] if rule["IpRanges"]]


def test_the_secrets_are_what_the_application_takes(market: Market) -> None:
    assert len(bytes.fromhex(market.secret("EncryptionKeySecretArn"))) == 32
    jwt = market.secret("JWTSecretArn")
    assert (len(jwt), jwt.isalnum()) == (64, True)
    login = json.loads(market.secret("DatabaseSecretArn"))
    assert (login["username"], login["engine"], login["dbname"]) == ("dbadmin", "postgres", "streams")
    assert (len(login["password"]), login["password"].isalnum()) == (32, True)
    assert (login["host"], login["dbClusterIdentifier"]) == (
        market.outputs["DatabaseEndpoint"],
        "stream-sales-dev-cluster",
    )
    shown = market.project.pkgops("secrets", "ls", "stream_sales").stdout
    assert shown.count("set ") >= 3


def test_the_database_answers_its_user(market: Market) -> None:
    with market.database() as database:
        assert database.run("SELECT current_database(), current_user") == [["streams", "dbadmin"]]
    (cluster,) = market.aws("rds").describe_db_clusters(DBClusterIdentifier="stream-sales-dev-cluster")["DBClusters"]
    assert (cluster["StorageEncrypted"], cluster["DeletionProtection"]) == (True, False)
    explained = market.project.pkgops("tail-logs", "database", "--system", "stream_sales", ok=False)
    assert explained.returncode == 2
    assert "does not export its log on this stage" in explained.stderr


def test_images_are_read_by_everybody_and_written_by_nobody(market: Market) -> None:
    market.aws("s3").put_object(
        Bucket=market.outputs["ImagesBucketName"], Key="cover.png", Body=b"picture", ContentType="image/png"
    )
    url = f"{market.outputs['ImagesBucketURL']}/cover.png"
    found = exchange(Request(url))
    assert (found.status, found.body, found.headers["content-type"]) == (200, b"picture", "image/png")
    assert exchange(Request(url, data=b"another", method="PUT")).status == 403
