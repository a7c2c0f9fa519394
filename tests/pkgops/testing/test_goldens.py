"""Recorded templates: what counts as a difference, and what recording again leaves."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from pkgops.testing.goldens import Goldens, StageLeftOutWarning

FILE = "tests/golden/shop/{}/app.json"


@pytest.fixture
def root(shop: Path, tmp_path: Path) -> Path:
    """A copy of the project for one test."""
    return shutil.copytree(shop, tmp_path / "shop")


def test_every_stage_of_the_project_is_compared(root: Path) -> None:
    assert Goldens(root).compare("shop") == [FILE.format(stage) for stage in ("local", "dev", "prod")]


def test_another_port_of_the_emulator_is_no_difference(root: Path) -> None:
    """Two checkouts on one machine have different ones; templates of stage local may hold them."""
    app, stages = root / "templates/shop/app.py", root / "stages.toml"
    app.write_text(app.read_text() + '    scope.output("Port", str(scope.stage.port))\n')
    Goldens(root, update=True).compare("shop")
    stages.write_text(stages.read_text().replace("port = 4566", "port = 4576"))
    assert len(Goldens(root).compare("shop")) == 3


def test_a_template_that_differs_is_named_and_can_be_recorded_again(root: Path) -> None:
    golden = root / FILE.format("dev")
    recorded = golden.read_text()
    golden.write_text(recorded.replace("shop-notes-dev", "shop-notes"))
    with pytest.raises(AssertionError, match=r"dev/app\.json differs.*pytest --update-golden") as failed:
        Goldens(root).compare("shop")
    assert '-        "TableName": "shop-notes"' in str(failed.value)
    assert '+        "TableName": "shop-notes-dev"' in str(failed.value)
    Goldens(root, update=True).compare("shop")
    assert golden.read_text() == recorded


def test_a_recorded_template_that_no_stack_makes_fails_and_is_removed_when_recording(root: Path) -> None:
    left = root / "tests/golden/shop/prod/removed.json"
    left.write_text("{}")
    with pytest.raises(AssertionError, match=r"removed\.json"):
        Goldens(root).compare("shop")
    Goldens(root, update=True).compare("shop")
    assert not left.exists()


def test_a_stage_whose_settings_are_incomplete_is_left_out_with_a_warning(root: Path) -> None:
    stages = root / "stages.toml"
    stages.write_text(stages.read_text() + "\n[prod.shop]\nkeep_days = 0\n")
    with pytest.warns(StageLeftOutWarning, match=r"Stage prod of shop is not compared.*: KEEP_DAYS is at least 1\.$"):
        assert Goldens(root).compare("shop") == [FILE.format(stage) for stage in ("local", "dev")]


def test_a_system_that_can_be_built_for_no_stage_fails(root: Path) -> None:
    stages = root / "stages.toml"
    tables = "".join(f"\n[{stage}.shop]\nkeep_days = 0\n" for stage in ("local", "dev", "prod"))
    stages.write_text(stages.read_text() + tables)
    with pytest.warns(StageLeftOutWarning), pytest.raises(AssertionError, match="settings are incomplete"):
        Goldens(root).compare("shop")
