"""How full are the system's queues, and how do dead letters get back to where they came from?"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from pkgops.build.synth import Synthesized, resources
from pkgops.errors import UsageError, not_deployed, unknown
from pkgops.events import Emit, Progress

if TYPE_CHECKING:
    from pkgops.ports.queues import Queues, QueueState

_TYPE = "AWS::SQS::Queue"


@dataclass(frozen=True, slots=True)
class Queue:
    """A queue as its template defines it: its names on the stage and in the documents, the queue its dead
    letters go to ("" if none), and those whose dead letters come here."""

    stack: str
    name: str
    documented: str
    dead_letters: str = ""
    sources: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class QueueRow:
    """A queue and how full it is. ``waiting``, ``in_flight``, ``delayed`` and ``dead`` (what waits among its dead
    letters) count messages; ``oldest`` is seconds. None where it is not known, or not deployed."""

    queue: str
    waiting: int | None = None
    in_flight: int | None = None
    delayed: int | None = None
    oldest: int | None = None
    dead_letters: str = ""
    dead: int | None = None


@dataclass(frozen=True, slots=True)
class Redriven:
    """What became of dead letters: how many waited, how many were ``moved`` to ``target`` (0 in a dry run)."""

    source: str
    target: str
    waiting: int
    moved: int


def queues(stacks: Iterable[Synthesized]) -> list[Queue]:
    """The queues of those stacks in the templates' order; only those with a literal name."""
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
            found.append(Queue(stack.key, name, _documented(stack, name), dead[name], sources))
    return found


def show(known: Sequence[Queue], port: Queues) -> list[QueueRow]:
    """A row a queue, in their order."""
    states = {state.name: state for state in port.states([queue.name for queue in known])}
    return [_row(queue, states.get(queue.name), states.get(queue.dead_letters)) for queue in known]


def redrive(known: Sequence[Queue], name: str, port: Queues, emit: Emit, *, dry_run: bool) -> Redriven:
    """Moves the dead letters of a queue back to it; ``name`` means that queue or the one its dead letters are in.

    UsageError if there is no such queue, or none the messages could go back to."""
    source, target = _route(known, name)
    states = port.states([source])
    if not states:
        raise not_deployed("Queue", source)
    waiting = states[0].waiting
    if dry_run or not waiting:
        return Redriven(source, target, waiting, 0)
    what = f"Moving {source} to {target}"
    moved = port.move(source, target, lambda done: emit(Progress(what, min(done, waiting), waiting)))
    return Redriven(source, target, waiting, moved)


def _row(queue: Queue, state: QueueState | None, dead: QueueState | None) -> QueueRow:
    row = QueueRow(queue.name, dead_letters=queue.dead_letters, dead=dead.waiting if dead else None)
    if state is None:
        return row
    return replace(row, waiting=state.waiting, in_flight=state.in_flight, delayed=state.delayed, oldest=state.oldest)


def _route(known: Sequence[Queue], name: str) -> tuple[str, str]:
    """From where to where."""
    queue = _find(known, name)
    if queue.dead_letters and not queue.sources:
        return queue.dead_letters, queue.name
    if len(queue.sources) == 1:
        return queue.name, queue.sources[0]
    if queue.sources:
        raise UsageError(
            f"{queue.name} takes the dead letters of {len(queue.sources)} queues.",
            "Where each of them belongs is not known; handle them one by one.",
        )
    raise UsageError(
        f"No queue's dead letters are in {queue.name}.",
        f"There are: {', '.join(other.name for other in known if other.sources) or 'none'}.",
    )


def _find(known: Sequence[Queue], name: str) -> Queue:
    wanted = name.strip().casefold()
    spelled = [queue for queue in known if wanted in {queue.name.casefold(), queue.documented.casefold()}]
    ending = [queue for queue in known if queue.documented.casefold().endswith("-" + wanted)]
    found = spelled or ending
    if not found:
        raise unknown("queue", name, [queue.documented for queue in known])
    if len(found) > 1:
        raise UsageError(
            f"{name!r} means {len(found)} queues.", f"Name one of: {', '.join(queue.name for queue in found)}."
        )
    return found[0]


def _dead_letters(resource: dict[str, Any], named: dict[str, str]) -> str:
    target = (resource["Properties"].get("RedrivePolicy") or {}).get("deadLetterTargetArn")
    attribute = target.get("Fn::GetAtt") if isinstance(target, dict) else None
    return named.get(attribute[0], "") if attribute else ""


def _documented(stack: Synthesized, name: str) -> str:
    """A staged stack's queues carry the same stage."""
    suffix = "-" + stack.name.rpartition("-")[2]
    bare, fifo, _ = name.partition(".fifo")
    return bare.removesuffix(suffix) + fifo
