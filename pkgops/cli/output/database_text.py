"""How are the results of `pkgops db` shown to people?"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from pkgops.cli.output.terminal import indented, one_line
from pkgops.wording import counted

if TYPE_CHECKING:
    from pkgops.operate.database.data import SeedRow
    from pkgops.operate.database.migrations import Failure, Migrated


def migrated_text(done: Migrated, *, dry_run: bool) -> str:
    """What a run has applied, or would."""
    names = done.pending if dry_run else done.applied
    verb = "Would apply" if dry_run else "Applied"
    lines = [f"{verb} {one_line(name)}" for name in names]
    if not names and not done.failed:
        lines.append(f"Nothing to apply: {counted(done.skipped, 'migration')} applied already.")
    return "\n".join(lines)


def failure_text(failed: Failure, system: str, stage: str) -> str:
    """What failed, and what to do about it."""
    name, when = one_line(failed.name), "failed in an earlier run" if failed.earlier else "failed"
    return (
        f"{name} {when}: {indented(failed.error)}\n"
        "Correct it, deploy it, and record that it was taken back: "
        f"pkgops db resolve {system} --stage {stage} --rolled-back {name}. Then migrate again."
    )


def seeds_text(rows: Sequence[SeedRow]) -> str:
    """What was written, and what is shown once."""
    from pkgops.cli.output.table import table

    written = [(row.name, what, number) for row in rows for what, number in row.rows.items()]
    parts = [table(("Seed", "What", "Rows"), written)] if written else []
    parts += [one_line(f"{row.name}: {row.note}") for row in rows if row.note]
    revealed = [(one.label, one.name, one.value) for row in rows for one in row.revealed]
    if revealed:
        parts.append("Shown once; save them now:\n" + table(("For", "What", "Value"), revealed))
    return "\n\n".join(parts) or "There are no seeds."
