"""pkgops tail-logs of a database cluster."""

from __future__ import annotations

import time

import pytest

from tests.pkgops.fakes.logs import FakeLogs
from tests.pkgops.fakes.ports import FakePorts
from tests.repository import link_project

GROUP = "/aws/rds/cluster/stream-sales-production-cluster/postgresql"


@pytest.fixture
def ports(project):
    link_project(project, "[local]\n[dev]\n[prod]\n")
    logs, now = FakeLogs(), int(time.time() * 1000)
    line = '2026-11-30 16:00:00 UTC:10.0.3.7(50212):dbadmin@streams:[512]:ERROR:  relation "usres" does not exist\n'
    logs.write(GROUP, "stream-sales-production-cluster.0", [(now - 9000, line)])
    return FakePorts(logs=logs)


@pytest.mark.parametrize("name", ["database", "stream_sales/database", "stream-sales-production-cluster", "Cluster"])
def test_a_databases_log_is_read_like_a_functions(run, ports, name):
    result = run("tail-logs", name, "--system", "stream_sales", "--stage", "prod", ports=ports)
    assert result.exit_code == 0, result.output
    assert 'relation "usres" does not exist' in result.stdout
    assert "stream-sales-production-cluster" in result.stdout


def test_a_log_that_is_not_exported_is_explained(run, ports):
    result = run("tail-logs", "database", "--system", "stream_sales", "--stage", "dev", ports=ports)
    assert result.exit_code == 2, result.output
    assert "stream-sales-dev-cluster does not export its log on this stage" in result.stderr
    assert "EnableCloudwatchLogsExports" in result.stderr


def test_other_names_are_functions_still(run, ports):
    result = run("tail-logs", "databse", "--system", "stream_sales", "--stage", "prod", ports=ports)
    assert result.exit_code != 0
    assert "Unknown function 'databse'" in result.stderr


def test_what_migrates_it_goes_by_migration(run, ports):
    message = "Applying 20251223021638_init\n"
    ports.logs.write("/aws/lambda/stream-sales-production-migrate", "one", [(int(time.time() * 1000) - 9000, message)])
    result = run("tail-logs", "migration", "--system", "stream_sales", "--stage", "prod", ports=ports)
    assert result.exit_code == 0, result.output
    assert "Applying 20251223021638_init" in result.stdout
