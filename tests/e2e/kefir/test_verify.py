"""Does the trial of AWS, carried out beside a deployed system, find what is expected and leave nothing?"""

from __future__ import annotations

import json

import pytest

from tests.e2e.kefir.app import Kefir
from tests.emulator import client

pytestmark = pytest.mark.e2e


def test_everything_is_as_expected_and_only_the_report_is_left(kefir: Kefir) -> None:
    before = {row["stack"]: row["status"] for row in kefir.project.rows("status", "kefir")}
    rows = kefir.project.rows("verify", "--to", "found.json")
    assert [(row["step"], row["expected"], row["found"]) for row in rows if not row["ok"]] == []
    assert rows[-1]["found"] == "gone"
    report = json.loads((kefir.project.root / "found.json").read_text(encoding="utf-8"))
    assert report["steps"] == rows
    assert report["not_tried"]
    assert {row["stack"]: row["status"] for row in kefir.project.rows("status", "kefir")} == before
    stacks = client(kefir.emulator, "cloudformation").describe_stacks()["Stacks"]
    assert not [stack["StackName"] for stack in stacks if stack["StackName"].startswith("PkgopsVerify")]
    groups = client(kefir.emulator, "logs").describe_log_groups(logGroupNamePrefix="/pkgops/")["logGroups"]
    assert groups == []
