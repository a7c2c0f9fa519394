"""``pkgops smoke``: a table, and an exit code for scripts."""

from __future__ import annotations

import json

from pkgops.testing.deployed import free_port
from tests.pkgops.fakes.ports import FakePorts


def test_one_wrong_answer_is_an_exit_code(run, built):
    ports = FakePorts()
    address = f"http://127.0.0.1:{free_port()}"
    ports.stacks.deployed("PkgWatchApi-dev", "CREATE_COMPLETE", {}, outputs={"ApiUrl": address})
    result = run("smoke", "--stage", "dev", ports=ports)
    assert result.exit_code == 1, result.output
    assert "GET /health" in result.stdout
    assert "no answer" in result.stdout
    assert "Not as declared: GET /health." in result.stderr
    assert "pkgops tail-logs --system pkgwatch --stage dev" in result.stderr
    (row,) = json.loads(run("smoke", "--stage", "dev", "-o", "json", ports=ports).stdout)
    assert (row["url"], row["status"]) == (f"{address}/health", 0)


def test_a_system_without_checks(run):
    ports = FakePorts()
    ports.stacks.deployed("kefir-app-dev", "CREATE_COMPLETE", {}, outputs={"ApiUrl": "http://127.0.0.1:1"})
    result = run("smoke", "kefir", "--stage", "dev", ports=ports)
    assert result.exit_code == 2
    assert "kefir declares no smoke checks." in result.stderr
