"""The contract of the `Databases` port, for the fake and for the emulator."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from pkgops.ports.databases import ClusterState, Databases
from pkgops.ports.ports import Ports

pytestmark = pytest.mark.emulator

CLUSTER, INSTANCE = "AWS::RDS::DBCluster", "AWS::RDS::DBInstance"
Put = Callable[[str], None]


@pytest.fixture
def put(request: pytest.FixtureRequest, ports: Any) -> Put:
    """Makes a protected cluster."""
    if request.node.callspec.params["ports"] == "fake":
        return ports.databases.guarded.add  # type: ignore[no-any-return]
    client = request.getfixturevalue("aws")("rds")
    login = {"MasterUsername": "keeper", "MasterUserPassword": "long-enough"}

    def create(name: str) -> None:
        client.create_db_cluster(DBClusterIdentifier=name, Engine="aurora-postgresql", DeletionProtection=True, **login)

    return create


def test_protection_is_turned_off(ports: Ports, put: Put, unique: Callable[[str], str]) -> None:
    port: Databases = ports.databases
    name = unique("cluster")
    put(name)
    assert port.protected(CLUSTER, name)
    port.unprotect(CLUSTER, name)
    assert not port.protected(CLUSTER, name)


def test_what_is_not_there_is_neither_protected_nor_has_snapshots(ports: Ports) -> None:
    for kind in (CLUSTER, INSTANCE):
        assert not ports.databases.protected(kind, "nothing-of-the-kind")
        assert ports.databases.snapshots(kind, "nothing-of-the-kind") == []


def test_snapshots_outlive_their_cluster(
    request: pytest.FixtureRequest, ports: Any, put: Put, unique: Callable[[str], str]
) -> None:
    name = unique("cluster")
    put(name)
    if request.node.callspec.params["ports"] == "fake":
        ports.databases.left[name] = [f"{name}-last"]
    else:
        client = request.getfixturevalue("aws")("rds")
        client.create_db_cluster_snapshot(DBClusterIdentifier=name, DBClusterSnapshotIdentifier=f"{name}-last")
        ports.databases.unprotect(CLUSTER, name)
        client.delete_db_cluster(DBClusterIdentifier=name, SkipFinalSnapshot=True)
    assert ports.databases.snapshots(CLUSTER, name) == [f"{name}-last"]


def test_a_cluster_says_its_size_and_what_it_is(
    request: pytest.FixtureRequest, ports: Any, unique: Callable[[str], str]
) -> None:
    name = unique("cluster")
    assert ports.databases.cluster(name) is None
    if request.node.callspec.params["ports"] == "fake":
        ports.databases.clusters[name] = ClusterState(name, "available", "aurora-postgresql", "15.13", 0, 4)
    else:
        request.getfixturevalue("aws")("rds").create_db_cluster(
            DBClusterIdentifier=name,
            Engine="aurora-postgresql",
            EngineVersion="15.13",
            MasterUsername="keeper",
            MasterUserPassword="long-enough",
            ServerlessV2ScalingConfiguration={"MinCapacity": 0, "MaxCapacity": 4},
        )
    found = ports.databases.cluster(name)
    assert (found.name, found.status, found.engine, found.version) == (name, "available", "aurora-postgresql", "15.13")
    assert (found.minimum, found.maximum, found.pauses) == (0, 4, True)
