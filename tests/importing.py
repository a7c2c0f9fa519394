"""How do the processes of a run share what has to be compiled?

In a clean clone nothing is, and processes that collect the same tests at the same time would each rewrite the same
assertions, which takes longer than everything else they collect with. So each begins with modules of its own, and finds
the others' compiled.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from contextlib import suppress
from importlib import import_module

import pytest

from tests.repository import ROOT


def modules(places: Iterable[str]) -> list[str]:
    """The test modules below the folders among some arguments of pytest, under the names it imports them by."""
    folders = [folder for place in places if (folder := ROOT / place).is_dir() and folder.is_relative_to(ROOT)]
    found = {path.relative_to(ROOT).with_suffix("") for folder in folders for path in folder.rglob("test_*.py")}
    return sorted(".".join(path.parts) for path in found)


def share(names: Sequence[str], process: str, processes: int) -> Sequence[str]:
    """Those that a process imports first, which is called gw0, gw1, ..."""
    return names[int(process.removeprefix("gw")) % processes :: processes]


def pytest_collection(session: pytest.Session) -> None:
    worker = getattr(session.config, "workerinput", None)
    if worker is None:
        return
    for name in share(modules(session.config.args), worker["workerid"], worker["workercount"]):
        with suppress(Exception, pytest.skip.Exception):  # what is wrong with it is said where it is collected
            import_module(name)
