"""How is a running update taken back?"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pkgops.cli.options import targets, verb, yes

if TYPE_CHECKING:
    from pkgops.cli.session import Session
    from pkgops.config import Project

EXAMPLE = """\
pkgops cancel
pkgops cancel pkgwatch/api --stage dev"""


@verb("cancel", example=EXAMPLE)
@targets
@yes("Cancel")
def command(session: Session, names: tuple[str, ...], everything: bool, yes: bool) -> None:
    """Cancels updates in progress, whoever has begun them, and watches CloudFormation roll them back.

    First creations and deletions cannot be cancelled. After Ctrl-C in a deployment this takes back what goes on.
    """
    done: dict[str, Any] = {}
    try:
        for project, keys in session.targets(names, everything):
            _cancel(session, project, keys, yes, done)
    finally:
        if session.manner.json and done:
            session.show(done, "")


def _cancel(session: Session, project: Project, keys: tuple[str, ...], yes: bool, done: dict[str, Any]) -> None:
    from pkgops.cli.confirm import consent
    from pkgops.cli.output.outcome import endings, letting_go
    from pkgops.deploy.cancel import cancel, cancellable, require_cancelled

    key, stage = project.system.key, project.stage
    ports = session.ports(project)
    states = cancellable([stack.name for stack in session.stacks(project, keys)], ports, session.emit)
    if not states:
        done[key] = {"ok": True, "stacks": []}
        return session.say(f"No update of {key} is running on stage {stage.name}.")
    listed = ", ".join(state.name for state in states)
    consent(session, stage, f"Take back the update of {listed}?", "Cancelling", yes=yes or stage.local)
    with letting_go(session, "cancel", project):
        report = cancel(project, states, ports, session.emit)
    session.calm()
    done[key] = {"ok": all(r.status == "UPDATE_ROLLBACK_COMPLETE" for r in report.results), "stacks": endings(report)}
    require_cancelled(report)
    return session.say(f"Taken back on stage {stage.name}: {listed}.")
