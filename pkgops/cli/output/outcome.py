"""What is said when a deployment has ended, or was let go?"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pkgops.cli.session import Session
    from pkgops.config import Project
    from pkgops.deploy.deploy import Report
    from pkgops.model import System
    from pkgops.operate.outputs import OutputRow
    from pkgops.plan.plan import Plan


@contextmanager
def letting_go(session: Session, command: str, project: Project) -> Iterator[None]:
    """Says on Ctrl-C what goes on without us, and that the same command follows it."""
    from pkgops.deploy.interruption import Interrupted
    from pkgops.events import Note

    try:
        yield
    except Interrupted as interrupted:
        target = f"{project.system.key} --stage {project.stage.name}"
        again = f"pkgops {command} {target}"
        text = f"Stopped; nothing runs on. To go on: {again}."
        if interrupted.running:
            back = f"; to take an update back: pkgops cancel {target}" if command == "deploy" else ""
            look = f"to look: pkgops status --stage {project.stage.name}"
            let_go = f"Let go of {', '.join(interrupted.running)}; CloudFormation goes on."
            text = f"{let_go} To follow it: {again}; {look}{back}."
        session.emit(Note(text))
        session.calm()
        raise


def endings(report: Report) -> list[dict[str, object]]:
    """How each stack ended, for machines."""
    keys = ("status", "reason", "log", "hint")
    return [
        {"stack": result.key, "name": result.stack, **{key: getattr(result, key) for key in keys}}
        for result in report.results
    ]


def outputs(report: Report, endpoint: str | None) -> list[OutputRow]:
    """The outputs of the stacks of a report, as `pkgops outputs` shows them."""
    from pkgops.operate.outputs import published
    from pkgops.ports.stacks import StackState

    return [
        row
        for result in report.results
        for row in published(result.key, StackState(result.stack, "", result.status, outputs=result.outputs), endpoint)
    ]


def example(system: System, rows: Sequence[OutputRow]) -> str:
    """A request to paste, if the system declares one and its output is there."""
    if system.example is None:
        return ""
    found = [row.value for row in rows if f"{row.stack}.{row.key}" == system.example.output]
    return f"Try it:\n  curl -s '{found[0]}{system.example.path}'" if found else ""


def seedable(project: Project) -> bool:
    """True if the stage takes seed data and the system has some: a request is worth trying after that only."""
    from importlib.util import find_spec

    return not project.stage.protected and find_spec(f"templates.{project.system.key}.seed") is not None


def next_step(plan: Plan) -> str:
    """After a first deployment: how the stage gets its data, where there is any."""
    first = any(step.action == "create" for step in plan.steps)
    if not first or not seedable(plan.project):
        return ""
    return f"Next: pkgops seed-dev {plan.project.system.key} --stage {plan.project.stage.name}"


def left_out(plan: Plan) -> str:
    """On stage local: what the emulator takes without doing it."""
    if not plan.project.stage.local:
        return ""
    from pkgops.local.client.not_emulated import notes

    types = {resource["Type"] for step in plan.steps for resource in step.stack.template["Resources"].values()}
    found = notes(types)
    return "\n".join(["Not emulated:", *(f"  {note}" for note in found)]) if found else ""
