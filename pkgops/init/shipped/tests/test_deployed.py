"""The deployed system, on an emulator of its own."""

from __future__ import annotations

from pkgops.testing.deployed import Deployed


def test_the_deployed_stacks_are_what_the_code_describes(deployed: Deployed) -> None:
    rows = deployed.rows("status")
    assert rows
    assert all(row["current"] for row in rows), rows


def test_the_system_publishes_its_outputs(deployed: Deployed) -> None:
    assert deployed.rows("outputs")
