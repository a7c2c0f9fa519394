"""What does checkov find in the templates of production, and has each finding a reason?"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import tomllib
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

import pytest

from tests.repository import GOLDEN

pytestmark = pytest.mark.second_engine
REASONS = Path(__file__).with_name("checkov.toml")
Finding = tuple[str, str]  # check, TEMPLATE/LOGICALID


@pytest.fixture(scope="module")
def found(programs: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[Finding, str]:
    """What each failed check asks for."""
    folder = tmp_path_factory.mktemp("templates")
    for path in GOLDEN.glob("*/prod*"):
        shutil.copytree(path, folder / path.relative_to(GOLDEN))
    command = [str(programs / "checkov"), "-d", str(folder), "--framework", "cloudformation", "--quiet", "--compact"]
    offline = {**os.environ, "BC_SKIP_MAPPING": "TRUE", "LOG_LEVEL": "ERROR"}
    done = subprocess.run(
        [*command, "--skip-download", "-o", "json"], env=offline, capture_output=True, text=True, check=False
    )
    report = json.loads(done.stdout)
    assert report["summary"]["parsing_errors"] == 0
    assert report["summary"]["passed"] > 1000, done.stderr
    failed = [row for row in report["results"]["failed_checks"] if not _is_about_the_path(row)]
    return {(row["check_id"], _place(row)): row["check_name"] for row in failed}


def _is_about_the_path(row: dict[str, Any]) -> bool:
    """checkov notes a file's path among its values, and may take a long one for a key."""
    return any(key.endswith("/__file__") for key in row["check_result"]["evaluated_keys"])


def _place(row: dict[str, Any]) -> str:
    return f"{row['file_path'].strip('/').removesuffix('.json')}/{row['resource'].rpartition('.')[2]}"


def test_every_finding_has_a_reason(found: dict[Finding, str]) -> None:
    rows = tomllib.loads(REASONS.read_text(encoding="utf-8"))["accepted"]
    covers = {(row["check"], on) for row in rows for on in row["on"]}
    assert all(row["because"] for row in rows)
    open_ = {one: asks for one, asks in found.items() if not any(explains(rule, one) for rule in covers)}
    assert open_ == {}, "mend the template, or say in checkov.toml why it stays"
    unused = {rule for rule in covers if not any(explains(rule, one) for one in found)}
    assert unused == set(), "nothing is found there any more"


def explains(rule: tuple[str, str], finding: Finding) -> bool:
    return rule[0] == finding[0] and fnmatchcase(finding[1], rule[1])
