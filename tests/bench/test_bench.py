"""Can the benchmark's table be believed?"""

from __future__ import annotations

import json
import sys
from importlib import import_module
from pathlib import Path
from types import ModuleType

import pytest

from pkgops.build.synth import synth
from pkgops.model import Stage
from pkgops.scope import Scope
from tests.bench import cold, in_process, plain
from tests.bench.measure import BenchmarkError, Command, Contest, Row, Sample
from tests.bench.report import document, table
from tests.repository import SYSTEMS, load_system


def command(tmp_path: Path, program: str) -> Command:
    return Command([sys.executable, "-I", "-S", "-c", program], tmp_path, {}, tmp_path / "out")


@pytest.mark.parametrize("key", SYSTEMS)
def test_the_plain_script_makes_the_same_templates(key):
    system, stage = load_system(key), Stage("local")
    settings = system.settings()
    built = {}
    for stack in (one for one in system.stacks if one.on(settings)):
        scope = Scope(system, stage, settings)
        import_module(f"templates.{key}.{stack.key}").build(scope)
        built[stack.key] = scope.template
    module = ModuleType("plain_troposphere")
    exec(plain.script(built), module.__dict__)
    made = {name: build() for name, build in module.BUILD.items()}
    assert made == {stack.key: stack.template for stack in synth(system, stage, settings)}


def test_time_and_memory_are_the_commands_own(tmp_path):
    idle = command(tmp_path, "pass")()
    busy = command(tmp_path, "import time; block = b'x' * 50_000_000; time.sleep(0.2)")()
    assert busy.seconds > 0.2
    assert 0 < busy.cpu < busy.seconds - 0.19  # asleep, no processor works for it
    assert busy.peak - idle.peak > 45_000_000
    assert idle.peak < 20_000_000  # less than this process has


def test_what_fails_is_not_measured(tmp_path):
    with pytest.raises(BenchmarkError, match="ended with 3"):
        command(tmp_path, "raise SystemExit(3)")()


def test_runs_take_turns_and_warming_up_does_not_count():
    order = []

    def runner(name: str, times: list[float]):
        def run() -> Sample:
            order.append(name)
            return Sample(times.pop(0), 7)

        return run

    floor, ours = runner("floor", [9.0, 1.0, 2.0, 3.0]), runner("ours", [9.0, 4.0, 5.0, 4.5])
    before = lambda name: lambda: order.append(name)  # noqa: E731
    row = Contest("x", floor, ours, 2.0, 3, before("-"), before("+")).run()
    assert order == ["-", "floor", "+", "ours"] * 4
    assert (row.floor, row.ours, row.runs) == (2.0, 4.5, 3)
    assert row.verdict == "over"


def test_the_dispatchers_floor_reads_as_much_and_sends_as_much():
    for count in (10, 2010):
        in_process.dispatch(count)
        in_process.bare(count)
    with pytest.raises(AssertionError):
        in_process.bare(2011)


def test_a_bound_is_kept_up_to_its_edge():
    assert Row("x", ours=3.0, floor=2.0, bound=1.5).verdict == "within"
    assert Row("x", ours=3.1, floor=2.0, bound=1.5).verdict == "over"
    assert Row("x", ours=3.1, floor=2.0).verdict == ""


def test_a_line_about_cold_starts_names_the_slow_ones():
    once = [(0.03, "quick.py"), (0.25, "usual.py"), (0.26, "slow.py")]
    assert cold.told("kefir", once) == (
        "cold starts of kefir, 3: 30 to 260 ms of the processor, half of them within 250; over 250: slow.py"
    )
    assert cold.told("kefir", once[:1]).endswith("30 to 30 ms of the processor, half of them within 30; over 250: none")


def test_the_table_is_aligned_and_the_document_complete():
    rows = [Row("one", 0.0123, 0.01, 1.5, 20_000_000, 15_000_000, 9), Row("another thing", 1.5)]
    header, first, second = table(rows).splitlines()
    assert first.split() == [
        "one",
        "12.3",
        "ms",
        "10.0",
        "ms",
        "1.23",
        "x",
        "1.5",
        "x",
        "20",
        "MB",
        "15",
        "MB",
        "9",
        "within",
    ]
    assert second.startswith("another thing  ")
    assert first.index("12.3 ms") + 7 == header.index("Ours") + 4 == second.index("1.50 s") + 6
    listed = json.loads(document(rows, ["a note"]))
    assert listed["rows"][0]["verdict"] == "within"
    assert listed["notes"] == ["a note"]
