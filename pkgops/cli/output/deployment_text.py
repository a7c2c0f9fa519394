"""The text after a deployment: results, outputs, next steps, and what an interruption leaves running."""

from __future__ import annotations

import shlex
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING

from pkgops.cli.output.terminal import one_line

if TYPE_CHECKING:
    from pkgops.cli.output.console import Console
    from pkgops.config import Project
    from pkgops.deploy.deploy import Report
    from pkgops.model import System
    from pkgops.operate.outputs import OutputRow
    from pkgops.plan.plan import Plan


@contextmanager
def report_interruption(console: Console, command: str, project: Project) -> Iterator[None]:
    """On Ctrl-C reports what CloudFormation continues, and how to resume watching it."""
    from pkgops.deploy.interruption import Interrupted
    from pkgops.events import Note

    try:
        yield
    except Interrupted as interrupted:
        target = f"{project.system.key} --stage {project.stage.name}"
        again = f"pkgops {command} {target}"
        text = f"Stopped; no operation is running. To continue: {again}."
        if interrupted.running:
            cancel = f"; to cancel an update: pkgops cancel {target}" if command == "deploy" else ""
            status = f"for the status: pkgops status --stage {project.stage.name}"
            stopped = f"Stopped watching {', '.join(interrupted.running)}; CloudFormation continues."
            text = f"{stopped} To watch again: {again}; {status}{cancel}."
        console.emit(Note(text))
        console.close_display()
        raise


def stack_results(report: Report) -> list[dict[str, object]]:
    """Each stack's result as JSON data."""
    keys = ("status", "reason", "log", "hint")
    return [
        {"stack": result.key, "name": result.stack, **{key: getattr(result, key) for key in keys}}
        for result in report.results
    ]


def report_outputs(report: Report, endpoint: str | None) -> list[OutputRow]:
    """The outputs of the stacks of a report, as `pkgops outputs` shows them."""
    from pkgops.operate.outputs import stack_outputs
    from pkgops.ports.stacks import StackState

    return [
        row
        for result in report.results
        for row in stack_outputs(
            result.key, StackState(result.stack, "", result.status, outputs=result.outputs), endpoint
        )
    ]


def changed_outputs(plan: Plan, report: Report, rows: Sequence[OutputRow]) -> list[OutputRow]:
    """Those of the ``rows`` whose values the deployment has changed."""
    had = {(key, name): value for key, state in plan.states.items() for name, value in state.outputs.items()}
    has = {(result.key, name): value for result in report.results for name, value in result.outputs.items()}
    return [row for row in rows if had.get((row.stack, row.key)) != has[row.stack, row.key]]


def print_deployment(console: Console, plan: Plan, rows: Sequence[OutputRow], seconds: float) -> None:
    """Prints the result of a successful deployment, these of its outputs, and what to do next."""
    from pkgops.cli.output.table import table

    key, stage = plan.project.system.key, plan.project.stage.name
    if plan.changed:
        console.print_message(f"Deployed {key} to stage {stage} in {seconds:.1f} s.")
        console.print_message(not_emulated(plan))
    else:
        console.print_message(f"Nothing to deploy: {key} on stage {stage} matches the code.")
    seedable = _seedable(plan.project)
    outputs = table(("Stack", "Output", "Value"), [(row.stack, row.key, row.value) for row in rows], console.width)
    example = "" if seedable else example_request(plan.project.system, rows)
    console.print_result(None, "\n\n".join(filter(None, (outputs, example))))
    if any(step.action == "create" for step in plan.steps):
        console.print_message("\n".join(_next_commands(plan.project, seedable)))


def _next_commands(project: Project, seedable: bool) -> list[str]:
    """What a system that has just been created still lacks: its tables, its web pages and its development data."""
    key, stage, site = project.system.key, project.stage.name, project.system.site
    published = site is None or project.system.app is not None  # an application's files go with its deployment
    pages = (
        [] if published or not site else [f"pkgops web publish {key}{'' if site.content else ' DIR'} --stage {stage}"]
    )
    tables = [f"pkgops db migrate {key} --stage {stage}"] if project.system.database else []
    data = [f"pkgops seed-dev {key} --stage {stage}"] if seedable else []
    return [f"Next: {command}" for command in (*tables, *pages, *data)]


def example_request(system: System, rows: Sequence[OutputRow]) -> str:
    """A curl command to paste; "" unless the system declares one and its output exists."""
    if system.example is None:
        return ""
    found = [row.value for row in rows if f"{row.stack}.{row.key}" == system.example.output]
    return f"Try it:\n  curl -s {shlex.quote(one_line(found[0] + system.example.path))}" if found else ""


def _seedable(project: Project) -> bool:
    """Whether the stage accepts seed data and the system has some; an example request is useful only after seeding."""
    return not project.stage.protected and (project.root / "templates" / project.system.key / "seed.py").is_file()


def not_emulated(plan: Plan) -> str:
    """On stage local: what the emulator accepts but does not emulate, of the types that are new to the system."""
    if not plan.project.stage.local:
        return ""
    from pkgops.local.client.not_emulated import notes

    old: set[str] = set()
    new: set[str] = set()
    for step in plan.steps:
        added = {change.logical_id for change in step.changes if change.action in {"Add", "Import"}}
        for logical_id, resource in step.stack.template["Resources"].items():
            (new if logical_id in added else old).add(resource["Type"])
    found = [note for note in notes(new) if note not in notes(old)]
    return "\n".join(["Not emulated:", *(f"  {note}" for note in found)]) if found else ""
