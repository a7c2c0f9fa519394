"""Does what one waits for grow in a straight line, and does memory stay where it is while work streams?

A system of its own, once, twice, four and eight times as large; logs of a thousand to a million events; and an account
with five hundred stacks. The floor of the largest is what a straight line through the smaller ones leads to.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from statistics import median

from pkgops.local.client.emulator import Emulator
from pkgops.testing.deployed import free_port
from tests.bench.measure import BenchmarkError, Command, Row, Sample, nothing
from tests.bench.workplace import BIN, Workplace
from tests.emulator import client

STACKS, QUEUES = 4, 48  # of the smallest: 4 stacks with 52 resources each
# How often each size is measured, after one run for all that does not count: beside what takes long, noise is small.
SIZES = {1: 3, 2: 3, 4: 2, 8: 2}
TIMES = tuple(SIZES)
RUNS = 3  # of reading logs
KINDS = ("synth", "first deployment", "nothing to do", "diff")
EVENTS = (1_000, 10_000, 100_000, 1_000_000)
LOGS = "growth: tail-logs of {:,} events"
_BATCH = 5_000  # events; PutLogEvents takes 10,000 and a megabyte

SYSTEM = '''"""A system that grows."""

from dataclasses import dataclass

from pkgops.model import Stack, System


@dataclass(frozen=True)
class Settings:
    """None."""


SYSTEM = System(
    key="growing",
    title="Growing",
    stacks=tuple(Stack(f"s{{n}}", f"Growing{{n}}") for n in range({count})),
    settings=Settings,
    environments={{}},
    check=lambda stage, settings: [],
    tags=lambda stage: {{}},
)
'''
STACK = '''"""A stack."""

from troposphere import sqs

from pkgops.kit.function import Function, FunctionDefaults, functions
from pkgops.scope import Scope


def build(scope: Scope) -> None:
    """Queues, and a function with code of its own."""
    for number in range({queues}):
        name = f"growing-{number}-{{number}}"
        scope.template.add_resource(sqs.Queue(f"Queue{{number}}", QueueName=name, VisibilityTimeout=60))
    functions(scope, FunctionDefaults("handlers/growing", "growing-", runtime="python3.12"), [Function("f{number}")])
    scope.output("Name", {value})
'''


def measured(place: Workplace, only: str) -> Iterator[Row | str]:
    """Rows, and notes about them, for what ``only`` names."""
    names = [_name(kind, times) for kind in KINDS for times in TIMES]
    if any(only in name for name in (*names, *map(LOGS.format, EVENTS))):
        project = Growing(place)
        try:
            yield from _sizes(project, [kind for kind in KINDS if any(only in _name(kind, one) for one in TIMES)])
            yield from _logs(project, [count for count in EVENTS if only in LOGS.format(count)])
        finally:
            project.emulator.down(force=True)  # nobody wants a million events again


class Growing:
    """The project, with an emulator of its own."""

    def __init__(self, place: Workplace) -> None:
        self.root = place.scratch / "growing"
        port = free_port()
        self._write("stages.toml", f'[project]\ndefault_system = "growing"\n\n[local]\nport = {port}\n')
        self._write("handlers/__init__.py", "")
        self._write("handlers/growing/__init__.py", "")
        for number in range(STACKS * TIMES[-1]):
            # Each uses a value of the one before the last, so that there is an order, and work at the same time.
            value = repr("first") if number < STACKS else f'scope.use("s{number - STACKS}.Name")'
            text = STACK.format(number=number, queues=QUEUES, value=value)
            self._write(f"templates/growing/s{number}.py", text)
            self._write(f"handlers/growing/f{number}.py", f"def handler(event, context):\n    return {number}\n")
        self.emulator = Emulator.of(self.root, port)
        kept = {name: value for name, value in place.environment.items() if name != "PYTHONPATH"}
        self._environment = kept | {"AWS_ENDPOINT_URL": self.emulator.endpoint}

    def grow(self, times: int) -> None:
        """Makes it so many times as large as the smallest; everything is checked and packaged."""
        self._write("templates/growing/__init__.py", SYSTEM.format(count=STACKS * times))
        self.pkgops("deploy", "--yes")()

    def forget(self) -> None:
        """Nothing is synthesized."""
        for path in (self.root / ".pkgops" / "cache").glob("growing-local.*.json"):
            path.unlink()

    def undeployed(self) -> None:
        """The build is there, and nothing in the account."""
        self.pkgops("package")()
        self.emulator.reset()

    def edit(self) -> None:
        """One handler has another line."""
        with (self.root / "handlers/growing/f0.py").open("a", encoding="utf-8") as file:
            file.write(f"# {time.time_ns()}\n")

    def pkgops(self, *arguments: str) -> Command:
        """The tool as users start it."""
        return Command([str(BIN / "pkgops"), *arguments], self.root, self._environment, self.root / "said.out")

    def _write(self, name: str, text: str) -> None:
        path = self.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")


def _name(kind: str, times: int) -> str:
    return f"growth: {kind}, {times} x {STACKS} stacks"


def _sizes(project: Growing, kinds: Sequence[str]) -> Iterator[Row | str]:
    works: dict[str, tuple[Callable[[], None], Command]] = {
        "synth": (project.forget, project.pkgops("synth")),
        "first deployment": (project.undeployed, project.pkgops("deploy", "--yes")),
        "nothing to do": (nothing, project.pkgops("deploy", "--yes")),
        "diff": (project.edit, project.pkgops("diff")),
    }
    found: dict[str, dict[int, Row]] = {kind: {} for kind in kinds}
    for times in TIMES if kinds else ():
        project.grow(times)
        for kind in kinds:
            sys.stderr.write(f"      {_name(kind, times)}\n")
            found[kind][times] = _row(_name(kind, times), *works[kind], times)
    for rows in found.values():
        yield from _beside_a_line(rows)


def _row(name: str, before: Callable[[], None], command: Command, times: int) -> Row:
    samples: list[Sample] = []
    warm_up = int(times == TIMES[0])
    for _ in range(warm_up + SIZES[times]):
        before()
        samples.append(command())
    samples = samples[warm_up:]
    seconds, memory = median(sample.seconds for sample in samples), max(sample.peak for sample in samples)
    return Row(name, seconds, memory=memory, runs=len(samples))


def _beside_a_line(rows: dict[int, Row]) -> Iterator[Row]:
    """The rows, the largest beside the line through the smallest and the one before it."""
    first, last, before = TIMES[0], TIMES[-1], TIMES[-2]
    slope = (rows[before].ours - rows[first].ours) / (before - first)
    memory = rows[before].memory + (rows[before].memory - rows[first].memory) / (before - first) * (last - before)
    for times, row in rows.items():
        if times == last:
            line = rows[before].ours + max(slope, 0.0) * (last - before)
            yield Row(row.what, row.ours, line, 1.3, row.memory, int(memory), row.runs)
        else:
            yield row


def _logs(project: Growing, counts: Sequence[int]) -> Iterator[Row | str]:
    """Written once: each row adds what is missing, and reads everything."""
    if not counts:
        return
    project.grow(1)
    rows, there = [], 0
    for count in counts:
        _write_events(project.emulator, range(there, count))
        there = count
        command = project.pkgops("tail-logs", "--since", "10h", "--output", "json")
        samples = [command() for _ in range(RUNS if count < EVENTS[-1] else 1)]
        if len(command.said.splitlines()) < count:
            raise BenchmarkError(f"Of {count} events {len(command.said.splitlines())} were shown.")
        seconds = median(sample.seconds for sample in samples)
        rows.append(Row(LOGS.format(count), seconds, memory=max(one.peak for one in samples), runs=len(samples)))
    yield from rows
    if len(rows) > 1:
        few, many = rows[0], rows[-1]
        yield f"logs of {counts[0]:,} and {counts[-1]:,} events: {few.memory / 1e6:.0f} and {many.memory / 1e6:.0f} MB"


def _write_events(emulator: Emulator, numbers: range) -> None:
    logs = client(emulator, "logs")
    groups = [f"/aws/lambda/growing-f{number}-local" for number in range(STACKS)]
    begin = int(time.time() * 1000) - 3_600_000
    for start in range(numbers.start, numbers.stop, _BATCH):
        some = range(start, min(start + _BATCH, numbers.stop))
        group, stream = groups[start // _BATCH % len(groups)], f"bench-{start}"
        logs.create_log_stream(logGroupName=group, logStreamName=stream)
        message = json.dumps({"level": "INFO", "message": "Answered a request", "function_name": "growing"})
        rows = [{"timestamp": begin + number, "message": message} for number in some]
        logs.put_log_events(logGroupName=group, logStreamName=stream, logEvents=rows)
