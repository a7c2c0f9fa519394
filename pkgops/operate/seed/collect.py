"""Collecting: messages sent through a deployed pipeline, and how far each gets."""

from __future__ import annotations

import json
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from pkgops.errors import RefusedError, UsageError
from pkgops.events import Emit, Finished, Progress, Started
from pkgops.operate.queues import declared_queues
from pkgops.operate.seed.declared import declared_seeds, resolve_outputs
from pkgops.operate.seed.report import Arrived, CollectReport, Stuck

if TYPE_CHECKING:
    from pkgops.build.synth import SynthesizedStack
    from pkgops.config import Project
    from pkgops.ports.ports import Ports
    from pkgops.ports.tables import Tables
    from pkgops.seeds import Collection, Task

_FIRST, _LONGEST = 0.1, 2.0  # seconds between two reads


@dataclass(slots=True)
class _Run:
    """The tasks in progress. ``before`` are the items before the start, by task; ``left`` are the unfinished tasks."""

    collection: Collection
    table: str
    tables: Tables
    keys: tuple[str, ...]
    before: dict[str, dict[str, Any]] = field(default_factory=dict)
    left: dict[str, Task] = field(default_factory=dict)
    arrived: list[Arrived] = field(default_factory=list)
    stuck: list[Stuck] = field(default_factory=list)
    started: float = 0.0


def declared_collection(project: Project, *, offline: bool) -> Collection:
    """The collection the system declares. RefusedError if it would reach the internet and ``offline`` forbids it, or
    the stage is protected; UsageError if there is none."""
    found = declared_seeds(project).collection
    if found is None:
        raise UsageError(f"{project.system.key} declares no collection.", "Leave --collect out.")
    if offline and not found.offline:
        raise RefusedError(
            f"Stage {project.stage.name} collects from the internet.",
            "Leave --offline out, or change the system's setting for it (docs/reference/settings.md).",
        )
    return found


def collect(
    wanted: Collection,
    project: Project,
    stacks: Sequence[SynthesizedStack],
    ports: Ports,
    emit: Emit,
    timeout: float = 60.0,
) -> CollectReport:
    """Sends the tasks' messages and waits up to ``timeout`` seconds until their items show that all steps have happened
    since, or that one failed. UsageError if the queue or the table is not deployed."""
    outputs = resolve_outputs(project, stacks, ports, (wanted.queue, wanted.table))
    queue, table = outputs[wanted.queue].rpartition("/")[2], outputs[wanted.table]
    run = _Run(wanted, table, ports.tables, ports.tables.keys(table))
    run.left = {task.label: task for task in wanted.tasks}
    run.before = _items(run)
    what = f"Collecting {len(wanted.tasks)} through {queue}"
    emit(Started(what))
    run.started = time.monotonic()
    ports.queues.send(queue, [json.dumps(task.message) for task in wanted.tasks])
    _wait(run, emit, what, timeout)
    emit(Finished(what, f"{len(run.arrived)} of {len(wanted.tasks)} arrived"))
    dead_letters = next((one.dead_letters for one in declared_queues(stacks) if one.name == queue), "")
    dead = sum(state.waiting for state in ports.queues.states([dead_letters] if dead_letters else []))
    return CollectReport(tuple(run.arrived), tuple(run.stuck), dead_letters, dead)


def _wait(run: _Run, emit: Emit, what: str, timeout: float) -> None:
    total, steps, pause = len(run.left), len(run.collection.steps), _FIRST
    while run.left:
        items = _items(run)
        steps_done = {label: _check(run, label, items.get(label, {})) for label in list(run.left)}
        done = steps * (total - len(run.left)) + sum(steps_done[label] for label in run.left)
        emit(Progress(what, done // steps, total))
        left = run.started + timeout - time.monotonic()
        if left <= 0:
            break
        if run.left:
            time.sleep(min(pause, left))
            pause = min(_LONGEST, pause * 1.3)
    for label in run.left:
        step = run.collection.steps[steps_done[label]]
        run.stuck.append(Stuck(label, f"no {step.attribute} after {timeout:.0f} s", step.by))


def _check(run: _Run, label: str, item: Mapping[str, Any]) -> int:
    """How many steps of a task have happened; removes it from ``left`` if it is finished or failed."""
    before, wanted = run.before.get(label, {}), run.collection
    after, done = "", 0
    for step in wanted.steps:
        written = str(item.get(step.attribute) or "")
        if written == str(before.get(step.attribute) or "") or written < after:
            break
        after, done = written, done + 1
    if done == len(wanted.steps):
        shown = {name: item.get(name) for name in wanted.reported}
        run.arrived.append(Arrived(label, shown, time.monotonic() - run.started))
        del run.left[label]
    elif item.get(wanted.error_at) and item.get(wanted.error_at) != before.get(wanted.error_at):
        run.stuck.append(Stuck(label, str(item.get(wanted.error)), wanted.steps[done].by))
        del run.left[label]
    return done


def _items(run: _Run) -> dict[str, dict[str, Any]]:
    """The items of the unfinished tasks, by label."""
    wanted = run.collection
    steps = [step.attribute for step in wanted.steps]
    attributes = (*run.keys, *steps, wanted.error, wanted.error_at, *wanted.reported)
    labels = {_key(run, task.key): label for label, task in run.left.items()}
    found = run.tables.read(run.table, [task.key for task in run.left.values()], attributes)
    return {labels[_key(run, item)]: item for item in found}


def _key(run: _Run, item: Mapping[str, Any]) -> tuple[Any, ...]:
    return tuple(item[name] for name in run.keys)
