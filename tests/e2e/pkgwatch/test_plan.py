"""Does the tool show what a change of the code changes, and nothing else?"""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.e2e.conftest import Deployed
from tests.repository import ROOT

pytestmark = pytest.mark.e2e


@pytest.fixture
def handlers(pkgwatch: Deployed) -> Iterator[Path]:
    """A copy of the handlers that a test may change."""
    place = pkgwatch.root / "handlers"
    place.unlink()
    shutil.copytree(ROOT / "handlers", place, ignore=shutil.ignore_patterns("__pycache__"))
    yield place
    shutil.rmtree(place)
    place.symlink_to(ROOT / "handlers")


def test_a_remark_in_a_handler_changes_one_function(pkgwatch: Deployed, handlers: Path) -> None:
    """What the README promises."""
    assert "pkgops diff                         # one function's code, nothing else" in (ROOT / "README.md").read_text()
    with (handlers / "pkgwatch/api/health.py").open("a") as file:
        file.write("# a remark\n")
    stack, resource, *values = pkgwatch.pkgops("diff").stdout.splitlines()
    assert stack == "PkgWatchApi-local  update"
    assert resource == "  ~ HealthFunction  AWS::Lambda::Function  and 2 that refer to it, unchanged"
    assert [value.split(":")[0].strip() for value in values] == ["Properties/Code/S3Key"]
    shown = pkgwatch.pkgops("deploy", "--dry-run").stdout.splitlines()
    changing = [line for line in shown if line.startswith("    ")]
    assert changing == ["    ~ HealthFunction  AWS::Lambda::Function  Code, and 2 that refer to it, unchanged"]


def test_a_setting_changes_what_uses_it(pkgwatch: Deployed) -> None:
    assert pkgwatch.pkgops("diff", "pkgwatch/budgets", MONTHLY_BUDGET="300").stdout.splitlines() == [
        "PkgWatchBudgets-local  update",
        "  ~ MonthlyBudget  AWS::Budgets::Budget",
        "      Properties/Budget/BudgetLimit/Amount: 200 -> 300",
    ]
