"""Contract: a protected database outlives the deletion of its stack."""

from __future__ import annotations

import pytest

pytestmark = pytest.mark.emulator


def template(name, protected):
    login = {"MasterUsername": "keeper", "MasterUserPassword": "long-enough-for-it"}
    properties = {"DBClusterIdentifier": name, "Engine": "aurora-mysql", "DeletionProtection": protected}
    cluster = {"Type": "AWS::RDS::DBCluster", "DeletionPolicy": "Delete", "Properties": properties | login}
    return {"Resources": {"Cluster": cluster}}


def test_a_protected_cluster_stays_until_it_is_free(deploy, unique, aws):
    name, rds = unique("kept"), aws("rds")
    stack = deploy(template(name, protected=True))
    assert stack.status == "CREATE_COMPLETE"
    assert stack.delete().status == "DELETE_FAILED"
    assert any("Cannot delete protected Cluster" in reason for reason in stack.reasons)
    (cluster,) = rds.describe_db_clusters(DBClusterIdentifier=name)["DBClusters"]
    assert cluster["DeletionProtection"]
    rds.modify_db_cluster(DBClusterIdentifier=name, DeletionProtection=False)
    assert stack.delete().status == "DELETE_COMPLETE"
    with pytest.raises(rds.exceptions.DBClusterNotFoundFault):
        rds.describe_db_clusters(DBClusterIdentifier=name)
