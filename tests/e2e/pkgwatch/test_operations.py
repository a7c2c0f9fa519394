"""What an operator does to a deployed system: repeating commands, reading logs, changing code, mistyping names."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from tests.e2e.conftest import Deployed

pytestmark = pytest.mark.e2e


def test_deploying_again_changes_nothing(pkgwatch: Deployed) -> None:
    done = pkgwatch.pkgops("deploy", "--yes")
    assert "Nothing to deploy" in done.stderr
    assert pkgwatch.pkgops("diff", "--exit-code").returncode == 0


def test_seeding_again_writes_nothing_and_shows_no_key(pkgwatch: Deployed) -> None:
    done = pkgwatch.pkgops("seed-dev")
    assert "pw_" not in done.stdout + done.stderr
    rows = {row["kind"]: row for row in pkgwatch.rows("seed-dev")["pkgwatch"]["counts"]}
    assert {row["written"] for row in rows.values()} == {0}


def test_no_key_is_in_any_output_file_or_log(pkgwatch: Deployed) -> None:
    key = pkgwatch.keys["pro"]
    pkgwatch.request("GET", "/packages/npm/react", key=key)
    shown = pkgwatch.pkgops("tail-logs", "--since", "1h", "--raw").stdout
    shown += pkgwatch.pkgops("outputs", "--output", "json").stdout + pkgwatch.pkgops("events").stdout
    assert key not in shown
    kept = [path for path in (pkgwatch.root / ".pkgops" / "cache").rglob("*") if path.is_file()]
    assert kept
    assert not [path for path in kept if key.encode() in path.read_bytes()]


def test_logs_are_found_by_any_name(pkgwatch: Deployed) -> None:
    pkgwatch.request("GET", "/usage", key=pkgwatch.keys["pro"])
    for name in ("get-usage", "GetUsageHandler", "/aws/lambda/pkgwatch-api-get-usage-local"):
        assert "GET /usage" in pkgwatch.pkgops("tail-logs", name, "--since", "10m").stdout
    lines = [json.loads(line) for line in pkgwatch.pkgops("tail-logs", "--output", "json").stdout.splitlines()]
    assert [line["time"] for line in lines] == sorted(line["time"] for line in lines)


def test_one_changed_handler_updates_one_stack(tmp_path: Path, pkgwatch: Deployed) -> None:
    """On a copy of the handlers in the same project directory's place: the deployed stacks are shared."""
    original = (pkgwatch.root / "handlers").resolve()
    copy = tmp_path / "handlers"
    shutil.copytree(original, copy)
    link = pkgwatch.root / "handlers"
    link.unlink()
    link.symlink_to(copy)
    try:
        path = copy / "pkgwatch" / "api" / "health.py"
        path.write_text(path.read_text(encoding="utf-8") + "# one line more\n", encoding="utf-8")
        plan = pkgwatch.pkgops("diff")
        assert "HealthFunction" in plan.stdout
        done = pkgwatch.pkgops("deploy", "--yes")
        assert "PkgWatchApi-local" in done.stdout + done.stderr
        assert pkgwatch.request("GET", "/health").status == 200
    finally:
        link.unlink()
        link.symlink_to(original)
    pkgwatch.pkgops("deploy", "--yes")


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (("deploy", "pkgwach"), 2, "pkgwatch"),
        (("deploy", "--stage", "prd"), 2, "prod"),
        (("deploy", "pkgwatch/stroage"), 2, "storage"),
        (("tail-logs", "get-pakage"), 2, "get-package"),
        (("outputs", "ApiUrI"), 2, "ApiUrl"),
        (("synth", "--stage", "prod"), 2, "STRIPE_PRICE_STARTER"),
        (("seed-dev", "--stage", "prod"), 6, "protected"),
    ],
)
def test_wrong_names_get_the_nearest_ones(pkgwatch: Deployed, arguments: tuple[str, ...], code: int, said: str) -> None:
    done = pkgwatch.pkgops(*arguments, ok=False)
    assert done.returncode == code, done.stderr
    assert said in done.stderr
    assert "Traceback" not in done.stderr


def test_without_credentials_it_says_so(pkgwatch: Deployed) -> None:
    nowhere = {"AWS_EC2_METADATA_DISABLED": "true", "HOME": str(pkgwatch.root), "AWS_CONFIG_FILE": "/nonexistent"}
    done = pkgwatch.pkgops("status", "--stage", "dev", ok=False, **nowhere)
    assert done.returncode == 4
    assert "No AWS credentials" in done.stderr
