"""``pkgops cancel``: cancels running updates."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pkgops.cli.command import session_command
from pkgops.cli.options import targets, yes

if TYPE_CHECKING:
    from pkgops.cli.session import Session
    from pkgops.config import Project

EXAMPLE = """\
pkgops cancel
pkgops cancel shop/api --stage dev"""


@session_command("cancel", example=EXAMPLE)
@targets
@yes("Cancel")
def command(session: Session, names: tuple[str, ...], all_systems: bool, yes: bool) -> None:
    """Cancel running updates, whoever started them, and watch CloudFormation roll them back.

    First creations and deletions cannot be cancelled. After Ctrl-C in a deployment, this cancels what still runs.
    """
    with session.console.json_results() as results:
        for project, keys in session.targets(names, all_systems):
            _cancel(session, project, keys, yes, results)


def _cancel(session: Session, project: Project, keys: tuple[str, ...], yes: bool, results: dict[str, Any]) -> None:
    from pkgops.cli.confirm import confirm_on_stage
    from pkgops.cli.output.deployment_text import report_interruption, stack_results
    from pkgops.deploy.cancel import cancel, cancellable, require_cancelled

    console, key, stage = session.console, project.system.key, project.stage
    ports = session.ports(project)
    states = cancellable([stack.name for stack in session.stacks(project, keys)], ports, console.emit)
    if not states:
        results[key] = {"ok": True, "stacks": []}
        return console.print_message(f"No update of {key} is running on stage {stage.name}.")
    listed = ", ".join(state.name for state in states)
    confirm_on_stage(console, stage, f"Cancel the update of {listed}?", "Cancelling", yes=yes or stage.local)
    with report_interruption(console, "cancel", project):
        report = cancel(project, states, ports, console.emit)
    console.close_display()
    ok = all(result.status == "UPDATE_ROLLBACK_COMPLETE" for result in report.results)
    results[key] = {"ok": ok, "stacks": stack_results(report)}
    require_cancelled(report)
    return console.print_message(f"Cancelled and rolled back on stage {stage.name}: {listed}.")
