"""Does Stream Sales live through what an operator does to it: change, protect, refuse, destroy?"""

from __future__ import annotations

import pytest

from pkgops.local.databases.postgres_programs import programs
from tests.e2e.conftest import NewProject
from tests.e2e.stream_sales.market import deployed

pytestmark = [
    pytest.mark.e2e,
    pytest.mark.skipif(programs() is None, reason="there is no PostgreSQL for this machine"),
]
NAME = "stream-sales-dev-cluster"


def test_a_protected_database_outlives_everything_but_its_owners_word(new_project: NewProject) -> None:
    with deployed(new_project) as market:
        project = market.project
        assert "Nothing to deploy" in project.pkgops("deploy", "stream_sales", "--yes").stderr
        with market.database() as database:
            database.run("CREATE TABLE kept (word TEXT)")
            database.run("INSERT INTO kept VALUES ('still here')")
        before = market.secret("DatabaseSecretArn")

        settings = {"DELETION_PROTECTION": "true", "ALARM_EMAIL": "ops@example.com", "DASHBOARD": "true"}
        project.pkgops("deploy", "stream_sales", "--yes", **settings)
        alarms = market.aws("cloudwatch").describe_alarms(AlarmNamePrefix="stream-sales-dev-")["MetricAlarms"]
        assert {row["ComparisonOperator"] for row in alarms} == {"GreaterThanThreshold"}
        assert len(alarms) == 3
        with market.database() as database:
            assert database.run("SELECT word FROM kept") == [["still here"]]
        assert market.secret("DatabaseSecretArn") == before

        refused = project.pkgops("destroy", "stream_sales", "--yes", ok=False)
        assert refused.returncode == 6
        assert f"{NAME} on stage local has deletion protection" in refused.stderr
        stack = project.rows("status", "stream_sales", "--output", "json")[0]
        assert stack["status"] == "UPDATE_COMPLETE"

        images = market.aws("s3")
        images.put_object(Bucket=market.outputs["ImagesBucketName"], Key="cover.png", Body=b"x")
        gone = project.pkgops("destroy", "stream_sales", "--yes", "--disable-protection")
        assert f"Turning off the deletion protection of {NAME}: off" in gone.stderr
        assert gone.stdout == ""  # dev keeps nothing
        assert images.list_buckets()["Buckets"] == []
        assert market.aws("rds").describe_db_clusters()["DBClusters"] == []
        assert market.aws("secretsmanager").list_secrets(IncludePlannedDeletion=True)["SecretList"] == []
        project.pkgops("deploy", "stream_sales", "--yes")
