"""One row for each migration, whoever knows of it."""

from __future__ import annotations

from pkgops.operate.database.migrations import MigrationRow, joined


def test_a_migration_that_was_applied_from_here_is_one_row():
    recorded = [
        MigrationRow("4", "missing", "then"),
        MigrationRow("2", "missing", "now"),
        MigrationRow("1", "applied", "then"),
        MigrationRow("3", "failed", "why"),
    ]
    assert joined(recorded, ["2", "3", "5"]) == [
        MigrationRow("1", "applied", "then"),
        MigrationRow("2", "not deployed", "now"),
        MigrationRow("3", "failed", "why"),
        MigrationRow("4", "missing", "then"),
        MigrationRow("5", "not deployed"),
    ]
