"""Seeding: once, in parallel runs, and never in production."""

from __future__ import annotations

import signal
import sys
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from types import ModuleType
from typing import Any

import pytest

from pkgops.build.synth import SynthesizedStack
from pkgops.config import Project
from pkgops.errors import AccessError, PkgopsError, RefusedError, UsageError
from pkgops.events import Event, Progress
from pkgops.operate.seed.seed import seed
from pkgops.seeds import ExpectedAttribute, SeedContext, SeedItem, Seeds
from tests.pkgops.fakes.ports import FakePorts
from tests.pkgops.fakes.tables import FakeTables

STACKS = [SynthesizedStack("demo", "storage", "DemoStorage-dev", {})]
PACKAGES, KEYS = "storage.PackagesName", "storage.KeysName"


def demo(context: SeedContext) -> Seeds:
    """Twenty packages and a user with a key that is another one on every run."""
    key = "pw_" + context.secret("pro")
    packages = tuple(
        SeedItem(PACKAGES, {"pk": f"npm#{number}", "sk": "LATEST", "stars": 1.5}, f"package {number}", "package")
        for number in range(20)
    )
    user = SeedItem(
        KEYS,
        {"pk": "user", "sk": "META", "created_at": context.now},
        "user pro@example.com",
        "user",
        {"API key": key},
        ({"pk": "user", "sk": key},),
    )
    return Seeds((*packages, user), (ExpectedAttribute("package", "score", "score-calculator"),))


@pytest.fixture
def seeds(pkgwatch: Project, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Project]:
    """The pkgwatch of a system whose seed data is the given function."""

    def system(function: Callable[[SeedContext], Seeds] = demo, **stage: Any) -> Project:
        module = ModuleType("templates.demo.seed")
        module.seed = function  # type: ignore[attr-defined]
        monkeypatch.setitem(sys.modules, "templates.demo.seed", module)
        return replace(pkgwatch, system=replace(pkgwatch.system, key="demo"), stage=replace(pkgwatch.stage, **stage))

    return system


@pytest.fixture
def scored(account: FakePorts) -> FakePorts:
    """A deployed system whose scorer fills in the score at once."""
    account.stacks.deployed(
        "DemoStorage-dev", "CREATE_COMPLETE", outputs={"PackagesName": "packages", "KeysName": "api-keys"}
    )
    account.tables.filled = lambda item: item | ({"score": 80} if item["pk"].startswith("npm#") else {})
    return account


def counts(report: Any) -> dict[str, tuple[int, int, int]]:
    return {count.kind: (count.written, count.existing, count.failed) for count in report.counts}


def test_the_first_run_writes_everything_and_shows_the_key(seeds: Callable[..., Project], scored: FakePorts) -> None:
    report = seed(seeds(), STACKS, scored)
    assert report.ok
    assert counts(report) == {"package": (20, 0, 0), "user": (1, 0, 0)}
    (shown,) = report.revealed
    assert (shown.label, shown.name) == ("user pro@example.com", "API key")
    assert ("user", shown.value) in scored.tables.items["api-keys"]
    assert len(shown.value) == 3 + 43
    (waited,) = report.waits
    assert (waited.done, waited.missing) == (20, ())


def test_the_second_run_changes_and_shows_nothing(seeds: Callable[..., Project], scored: FakePorts) -> None:
    seed(seeds(), STACKS, scored)
    before = {name: dict(items) for name, items in scored.tables.items.items()}
    report = seed(seeds(), STACKS, scored)
    assert report.ok
    assert counts(report) == {"package": (0, 20, 0), "user": (0, 1, 0)}
    assert report.revealed == ()
    assert scored.tables.items == before


def test_two_runs_at_once_write_everything_once(seeds: Callable[..., Project], scored: FakePorts) -> None:
    project, reports, start = seeds(), [], threading.Barrier(4)

    def run() -> None:
        start.wait()
        reports.append(seed(project, STACKS, scored))

    threads = [threading.Thread(target=run) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sum(counts(report)["package"][0] for report in reports) == 20
    shown = [item.value for report in reports for item in report.revealed]
    assert [key for _pk, key in scored.tables.items["api-keys"] if key != "META"] == shown
    assert len(shown) == 1


@pytest.mark.parametrize("stage", [{"protected": True}, {"name": "prod", "protected": False}])
def test_a_protected_stage_is_refused_before_anything(stage: dict[str, Any], seeds: Callable[..., Project]) -> None:
    def never(_context: SeedContext) -> Seeds:
        raise AssertionError("the seed data was made")

    ports = FakePorts(stacks=None, tables=None)
    with pytest.raises(RefusedError, match="takes no seed data"):
        seed(seeds(never, **stage), STACKS, ports)


def test_a_system_without_seed_data(pkgwatch: Project, account: FakePorts, monkeypatch: pytest.MonkeyPatch) -> None:
    package = ModuleType("templates.demo")
    package.__path__ = []
    monkeypatch.setitem(sys.modules, "templates.demo", package)
    with pytest.raises(UsageError, match="demo has no seed data"):
        seed(replace(pkgwatch, system=replace(pkgwatch.system, key="demo")), STACKS, account)


def test_a_table_that_is_not_deployed(seeds: Callable[..., Project], account: FakePorts) -> None:
    with pytest.raises(UsageError, match=r"storage\.PackagesName is not deployed on stage dev") as error:
        seed(seeds(), STACKS, account)
    assert "pkgops deploy demo --stage dev" in error.value.hint


def test_an_output_that_the_deployed_stack_does_not_have(seeds: Callable[..., Project], scored: FakePorts) -> None:
    item = SeedItem("storage.OldName", {"pk": "1"}, "package 1", "package")
    with pytest.raises(UsageError, match=r"there is no output storage\.OldName on stage dev") as error:
        seed(seeds(lambda _context: Seeds((item,))), STACKS, scored)
    assert all(part in error.value.hint for part in ("PackagesName", "templates/demo/seed.py"))


def test_another_account_is_not_touched(seeds: Callable[..., Project], scored: FakePorts) -> None:
    with pytest.raises(AccessError, match="999999999999"):
        seed(seeds(account="999999999999"), STACKS, scored)
    assert scored.tables.items["packages"] == {}


def test_what_fails_is_named_and_the_rest_is_written(seeds: Callable[..., Project], scored: FakePorts) -> None:
    scored.tables.refused = {"npm#3", "npm#4"}
    report = seed(seeds(), STACKS, scored)
    assert not report.ok
    assert counts(report) == {"package": (18, 0, 2), "user": (1, 0, 0)}
    assert report.failures == tuple(
        f"package {number}: Table packages refuses the request: too large" for number in (3, 4)
    )
    assert len(report.revealed) == 1
    scored.tables.refused = set()
    again = seed(seeds(), STACKS, scored)
    assert again.ok
    assert counts(again)["package"] == (2, 18, 0)


def test_if_nothing_can_be_written_the_reason_is_raised(seeds: Callable[..., Project], scored: FakePorts) -> None:
    scored.tables.refused = {*(f"npm#{number}" for number in range(20)), "user"}
    with pytest.raises(PkgopsError, match="too large"):
        seed(seeds(), STACKS, scored)


class Slow(FakeTables):
    """Scores arrive one a look, for all but ``never``."""

    never: frozenset[str] = frozenset()

    def read(self, table: str, keys: Any, attributes: Sequence[str]) -> list[dict[str, Any]]:
        for item in self.items[table].values():
            if "score" not in item and item["pk"] not in self.never:
                item["score"] = 1
                break
        return super().read(table, keys, attributes)


def test_it_waits_until_everything_is_filled_in(seeds: Callable[..., Project], scored: FakePorts) -> None:
    scored.tables = Slow(packages=("pk", "sk"), api_keys=("pk", "sk"))
    events: list[Event] = []
    report = seed(seeds(), STACKS, scored, events.append)
    assert report.ok
    progress = [event.done for event in events if isinstance(event, Progress) and event.what.startswith("Waiting")]
    assert progress == list(range(1, 21))


def test_what_is_not_filled_in_in_time_is_named(seeds: Callable[..., Project], scored: FakePorts) -> None:
    scored.tables.filled = lambda item: item | ({"score": 1} if item["pk"] not in {"npm#7", "npm#8"} else {})
    report = seed(seeds(), STACKS, scored, timeout=0.3)
    assert not report.ok
    (waited,) = report.waits
    assert (waited.by, waited.done, waited.missing) == ("score-calculator", 18, ("package 7", "package 8"))
    assert 0.3 <= waited.seconds < 60
    # They are named again by the next run, which has nothing to wait for.
    reads = scored.tables.reads
    (again,) = seed(seeds(), STACKS, scored, timeout=60).waits
    assert again.missing == ("package 7", "package 8")
    assert scored.tables.reads == reads + 1


def interrupt_main() -> None:
    signal.raise_signal(signal.SIGINT)


def test_ctrl_c_while_waiting_still_shows_the_key(seeds: Callable[..., Project], scored: FakePorts) -> None:
    class Interrupted(FakeTables):
        def read(self, table: str, keys: Any, attributes: Sequence[str]) -> list[dict[str, Any]]:
            interrupt_main()
            return []

    scored.tables = Interrupted(packages=("pk", "sk"), api_keys=("pk", "sk"))
    report = seed(seeds(), STACKS, scored)
    assert report.interrupted
    assert not report.ok
    assert len(report.revealed) == 1


def test_ctrl_c_while_writing_shows_what_was_written(seeds: Callable[..., Project], scored: FakePorts) -> None:
    class Blocked(FakeTables):
        """Takes the user, then nothing more until the interrupt has come."""

        gate = threading.Event()

        def put_if_absent(
            self, table: str, item: Mapping[str, Any], keys: Sequence[str], related: Sequence[Mapping[str, Any]] = ()
        ) -> bool:
            if table == "packages":
                self.gate.wait(20)
            return super().put_if_absent(table, item, keys, related)

    def user_first(context: SeedContext) -> Seeds:
        made = demo(context)
        return replace(made, items=made.items[::-1])

    def emit(event: Event) -> None:
        if isinstance(event, Progress):
            Blocked.gate.set()
            interrupt_main()

    scored.tables = Blocked(packages=("pk", "sk"), api_keys=("pk", "sk"))
    report = seed(seeds(user_first), STACKS, scored, emit)
    assert report.interrupted
    assert report.waits == ()
    assert len(report.revealed) == 1
