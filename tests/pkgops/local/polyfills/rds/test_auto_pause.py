"""Contract: after how many idle seconds a cluster pauses is told, and can be changed."""

from __future__ import annotations

import pytest

pytestmark = pytest.mark.emulator


def test_the_seconds_are_told_and_changed(unique, aws):
    name, rds = unique("pausing"), aws("rds")

    def told():
        (cluster,) = rds.describe_db_clusters(DBClusterIdentifier=name)["DBClusters"]
        return cluster["ServerlessV2ScalingConfiguration"]

    scaling = {"MinCapacity": 0.0, "MaxCapacity": 4.0, "SecondsUntilAutoPause": 600}
    login = {"MasterUsername": "keeper", "MasterUserPassword": "long-enough-for-it"}
    rds.create_db_cluster(
        DBClusterIdentifier=name, Engine="aurora-mysql", ServerlessV2ScalingConfiguration=scaling, **login
    )
    assert told() == scaling
    later = scaling | {"SecondsUntilAutoPause": 900}
    rds.modify_db_cluster(DBClusterIdentifier=name, ServerlessV2ScalingConfiguration=later)
    assert told() == later
    rds.modify_db_cluster(DBClusterIdentifier=name, ServerlessV2ScalingConfiguration={"MinCapacity": 0.5})
    assert told()["MinCapacity"] == 0.5
    rds.delete_db_cluster(DBClusterIdentifier=name, SkipFinalSnapshot=True)
