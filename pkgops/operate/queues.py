"""The queues of a system: how full they are, and moving dead letters back to their source queues."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from pkgops.build.synth import SynthesizedStack, resources
from pkgops.errors import UsageError, not_deployed, unknown
from pkgops.events import Emit, Progress
from pkgops.intrinsics import references

if TYPE_CHECKING:
    from pkgops.ports.queues import Queues, QueueState

_TYPE = "AWS::SQS::Queue"


@dataclass(frozen=True, slots=True)
class Queue:
    """A queue as its template defines it: its name on the stage and its documented name, its dead-letter queue
    ("" if none), and the ``sources`` whose dead letters it receives."""

    stack: str
    name: str
    documented: str
    dead_letters: str = ""
    sources: tuple[str, ...] = ()
    system: str = ""


@dataclass(frozen=True, slots=True)
class QueueRow:
    """A queue and how full it is. ``waiting``, ``in_flight``, ``delayed`` and ``dead`` (those in its dead-letter
    queue) count messages; ``oldest`` is seconds. None where unknown or not deployed."""

    queue: str
    waiting: int | None = None
    in_flight: int | None = None
    delayed: int | None = None
    oldest: int | None = None
    dead_letters: str = ""
    dead: int | None = None


@dataclass(frozen=True, slots=True)
class RedriveResult:
    """How many dead letters were ``waiting`` in ``source``, and how many ``moved`` to ``target`` (0 in a dry run)."""

    source: str
    target: str
    waiting: int
    moved: int


def declared_queues(stacks: Iterable[SynthesizedStack]) -> list[Queue]:
    """The queues of those stacks in template order; only those with a literal name."""
    found: list[Queue] = []
    for stack in stacks:
        named = {
            logical_id: resource["Properties"]["QueueName"]
            for logical_id, resource in resources(stack.template, _TYPE)
            if isinstance(resource.get("Properties", {}).get("QueueName"), str)
        }
        dead = {name: _dead_letters(stack.template["Resources"][key], named) for key, name in named.items()}
        for name in named.values():
            sources = tuple(other for other, target in dead.items() if target == name)
            found.append(Queue(stack.key, name, stack.documented(name), dead[name], sources, stack.system))
    return found


def queue_rows(known: Sequence[Queue], port: Queues) -> list[QueueRow]:
    """One row per queue, in their order."""
    states = {state.name: state for state in port.states([queue.name for queue in known])}
    return [_row(queue, states.get(queue.name), states.get(queue.dead_letters)) for queue in known]


def redrive(
    known: Sequence[Queue], name: str, port: Queues, emit: Emit, *, dry_run: bool, stage: str = ""
) -> RedriveResult:
    """Moves the dead letters of a queue back to it; ``name`` is that queue or its dead-letter queue.

    UsageError if there is no such queue, or no single queue the messages came from."""
    source, target = _route(known, name)
    waiting = waiting_messages(next(queue for queue in known if queue.name == source), port, stage)
    if dry_run or not waiting:
        return RedriveResult(source, target, waiting, 0)
    what = f"Moving {source} to {target}"
    moved = port.move(source, target, lambda done: emit(Progress(what, min(done, waiting), waiting)))
    return RedriveResult(source, target, waiting, moved)


def redrive_some(known: Sequence[Queue], name: str, ids: Collection[str], port: Queues) -> RedriveResult:
    """As `redrive`, for those messages alone. UsageError too if none is named."""
    if not ids:
        raise UsageError("No message is chosen.", "Choose some, or move all of them.")
    source, target = _route(known, name)
    return RedriveResult(source, target, len(ids), port.move_some(source, target, ids))


def waiting_messages(queue: Queue, port: Queues, stage: str = "") -> int:
    """How many messages wait in a queue, by SQS's approximate count. UsageError if it is not deployed on the stage."""
    states = port.states([queue.name])
    if not states:
        raise not_deployed("Queue", queue.name, queue.system, stage)
    return states[0].waiting


def _row(queue: Queue, state: QueueState | None, dead: QueueState | None) -> QueueRow:
    row = QueueRow(queue.name, dead_letters=queue.dead_letters, dead=dead.waiting if dead else None)
    if state is None:
        return row
    return replace(row, waiting=state.waiting, in_flight=state.in_flight, delayed=state.delayed, oldest=state.oldest)


def _route(known: Sequence[Queue], name: str) -> tuple[str, str]:
    """The dead-letter queue and the queue its messages go back to."""
    queue = find_queue(known, name)
    if queue.dead_letters and not queue.sources:
        return queue.dead_letters, queue.name
    if len(queue.sources) == 1:
        return queue.name, queue.sources[0]
    if queue.sources:
        raise UsageError(
            f"{queue.name} receives the dead letters of {len(queue.sources)} queues.",
            "Their source queues are unknown; move them one by one.",
        )
    raise UsageError(
        f"{queue.name} is not a dead-letter queue.",
        f"Dead-letter queues: {', '.join(other.name for other in known if other.sources) or 'none'}.",
    )


def find_queue(known: Sequence[Queue], name: str) -> Queue:
    """The queue called ``name``: its name with or without the stage, or the last parts of it (``orders-dlq``), else
    parts in the middle, where a system's own word for the stage comes last.

    UsageError if there is none or if several match."""
    wanted = name.strip().casefold()
    exact = [queue for queue in known if wanted in {queue.name.casefold(), queue.documented.casefold()}]
    ending = [queue for queue in known if queue.documented.casefold().endswith("-" + wanted)]
    inside = [queue for queue in known if f"-{wanted}-" in queue.documented.casefold()]
    found = exact or ending or inside
    if not found:
        raise unknown("queue", name, [queue.documented for queue in known])
    if len(found) > 1:
        raise UsageError(
            f"{name!r} matches {len(found)} queues.", f"Name one of: {', '.join(queue.name for queue in found)}."
        )
    return found[0]


def _dead_letters(resource: dict[str, Any], named: dict[str, str]) -> str:
    target = (resource["Properties"].get("RedrivePolicy") or {}).get("deadLetterTargetArn")
    return next((named[name] for name in references(target) if name in named), "")
