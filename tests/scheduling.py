"""How tests are spread over the processes of a run: which of them run in one process, and which begin first.

At the end of a run stands how long each process had nothing to do, and after which group: what should begin earlier.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import pytest
from xdist.scheduler import LoadScopeScheduling

# What takes long begins first, so that what is short fills the gaps at the end.
LONG = (
    "tests/e2e/pkgwatch/",
    "tests/e2e/kefir/",
    "tests/e2e/",
    "tests/templates/test_checks",
    "tests/pkgops/deploy/",
    "tests/pkgops/local/",
)


def group(nodeid: str) -> str:
    """Tests of one group run in one process: those of a file, which may share fixtures, and those of a folder below
    tests/e2e, which share a deployed system."""
    path, _, _ = nodeid.partition("::")
    folder = path.rpartition("/")[0]
    return folder if folder.startswith("tests/e2e/") else path


def rank(nodeid: str) -> int:
    """When a test begins, relative to the others."""
    return next((number for number, start in enumerate(LONG) if nodeid.startswith(start)), len(LONG))


# When each process ended its last test, in seconds, and that test.
_LAST: dict[str, tuple[float, str]] = {}


def idle(last: Mapping[str, tuple[float, str]]) -> Iterator[str]:
    """A line for each process: how long before the others it had done everything."""
    end = max((stop for stop, _ in last.values()), default=0.0)
    for process, (stop, nodeid) in sorted(last.items()):
        yield f"{process} ended {end - stop:.0f} s before the last process, with {group(nodeid)}"


class Scheduling(LoadScopeScheduling):
    """Hands groups to whichever process is free, in the order of the tests."""

    def _split_scope(self, nodeid: str) -> str:
        return group(nodeid)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    items.sort(key=lambda item: rank(item.nodeid))


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: object) -> Scheduling:
    config.option.loadscopereorder = False  # by the number of tests
    return Scheduling(config, log)


def pytest_runtest_logreport(report: Any) -> None:
    if process := getattr(report, "worker_id", ""):
        _LAST[process] = (report.stop, report.nodeid)


def pytest_terminal_summary(terminalreporter: Any) -> None:
    for line in idle(_LAST):
        terminalreporter.write_line(line)
