"""Does what is deployed carry a message all the way, and if not, where does it end?"""

from __future__ import annotations

import json
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from pkgops.errors import RefusedError, UsageError
from pkgops.events import Emit, Finished, Progress, Started
from pkgops.operate.queues import queues
from pkgops.operate.seed.seed import declared, deployed

if TYPE_CHECKING:
    from pkgops.build.synth import Synthesized
    from pkgops.config import Project
    from pkgops.ports.ports import Ports
    from pkgops.ports.tables import Tables
    from pkgops.seeds import Collection, Task

_FIRST, _LONGEST = 0.1, 2.0  # seconds between two looks


@dataclass(frozen=True, slots=True)
class Arrived:
    """A task that is done: the attributes its item is ``shown`` by, and the seconds it took as seen from here."""

    label: str
    reported: Mapping[str, Any]
    seconds: float


@dataclass(frozen=True, slots=True)
class Stuck:
    """A task that is not done, ``why``, and which function is ``at`` it."""

    label: str
    why: str
    at: str


@dataclass(frozen=True, slots=True)
class Collected:
    """What became of the tasks. ``dead`` is how many messages wait in the queue ``dead_letters`` ("" if none)."""

    arrived: tuple[Arrived, ...]
    stuck: tuple[Stuck, ...] = ()
    dead_letters: str = ""
    dead: int = 0

    @property
    def ok(self) -> bool:
        """Everything has arrived."""
        return not self.stuck


@dataclass(slots=True)
class _Run:
    """``before`` are the items as they were, by task; ``left`` are the tasks still under way."""

    collection: Collection
    table: str
    tables: Tables
    keys: tuple[str, ...]
    before: dict[str, dict[str, Any]] = field(default_factory=dict)
    left: dict[str, Task] = field(default_factory=dict)
    arrived: list[Arrived] = field(default_factory=list)
    stuck: list[Stuck] = field(default_factory=list)
    began: float = 0.0


def collection(project: Project, *, offline: bool) -> Collection:
    """What the system declares to be collected. RefusedError if it leaves this machine and must not, or the stage is
    protected; UsageError if there is nothing."""
    found = declared(project).collection
    if found is None:
        raise UsageError(f"{project.system.key} declares nothing to collect.", "Leave --collect out.")
    if offline and not found.offline:
        raise RefusedError(
            f"Stage {project.stage.name} collects from the internet.",
            "Leave --offline out, or see docs/reference/settings.md for the setting that decides it.",
        )
    return found


def collect(
    wanted: Collection,
    project: Project,
    stacks: Sequence[Synthesized],
    ports: Ports,
    emit: Emit,
    timeout: float = 60.0,
) -> Collected:
    """Sends the tasks' messages and waits up to ``timeout`` seconds until their items show that all steps happened
    after that, or that one failed. UsageError if queue or table are not deployed."""
    places = deployed(project, stacks, ports, (wanted.queue, wanted.table))
    queue, table = places[wanted.queue].rpartition("/")[2], places[wanted.table]
    run = _Run(wanted, table, ports.tables, ports.tables.keys(table))
    run.left = {task.label: task for task in wanted.tasks}
    run.before = _items(run)
    what = f"Collecting {len(wanted.tasks)} through {queue}"
    emit(Started(what))
    run.began = time.monotonic()
    ports.queues.send(queue, [json.dumps(task.message) for task in wanted.tasks])
    _wait(run, emit, what, timeout)
    emit(Finished(what, f"{len(run.arrived)} of {len(wanted.tasks)} arrived"))
    dead_letters = next((one.dead_letters for one in queues(stacks) if one.name == queue), "")
    dead = sum(state.waiting for state in ports.queues.states([dead_letters] if dead_letters else []))
    return Collected(tuple(run.arrived), tuple(run.stuck), dead_letters, dead)


def _wait(run: _Run, emit: Emit, what: str, timeout: float) -> None:
    total, steps, pause = len(run.left), len(run.collection.steps), _FIRST
    while run.left:
        items = _items(run)
        taken = {label: _look(run, label, items.get(label, {})) for label in list(run.left)}
        done = steps * (total - len(run.left)) + sum(taken[label] for label in run.left)
        emit(Progress(what, done // steps, total))
        left = run.began + timeout - time.monotonic()
        if left <= 0:
            break
        if run.left:
            time.sleep(min(pause, left))
            pause = min(_LONGEST, pause * 1.3)
    for label in run.left:
        step = run.collection.steps[taken[label]]
        run.stuck.append(Stuck(label, f"no {step.attribute} after {timeout:.0f} s", step.by))


def _look(run: _Run, label: str, item: Mapping[str, Any]) -> int:
    """How many steps of a task have happened; it is no longer ``left`` if it is done or has failed."""
    before, wanted = run.before.get(label, {}), run.collection
    after, taken = "", 0
    for step in wanted.steps:
        written = str(item.get(step.attribute) or "")
        if written == str(before.get(step.attribute) or "") or written < after:
            break
        after, taken = written, taken + 1
    if taken == len(wanted.steps):
        shown = {name: item.get(name) for name in wanted.reported}
        run.arrived.append(Arrived(label, shown, time.monotonic() - run.began))
        del run.left[label]
    elif item.get(wanted.error_at) and item.get(wanted.error_at) != before.get(wanted.error_at):
        run.stuck.append(Stuck(label, str(item.get(wanted.error)), wanted.steps[taken].by))
        del run.left[label]
    return taken


def _items(run: _Run) -> dict[str, dict[str, Any]]:
    """The items of the tasks under way, by label."""
    wanted = run.collection
    steps = [step.attribute for step in wanted.steps]
    attributes = (*run.keys, *steps, wanted.error, wanted.error_at, *wanted.reported)
    labels = {_key(run, task.key): label for label, task in run.left.items()}
    found = run.tables.read(run.table, [task.key for task in run.left.values()], attributes)
    return {labels[_key(run, item)]: item for item in found}


def _key(run: _Run, item: Mapping[str, Any]) -> tuple[Any, ...]:
    return tuple(item[name] for name in run.keys)
