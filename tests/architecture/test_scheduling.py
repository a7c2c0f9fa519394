"""Is every test run, those that share something in one process, and the long ones first?"""

from __future__ import annotations

from fnmatch import fnmatch
from pathlib import PurePath

import pytest

from tests.architecture.tree import files
from tests.importing import modules, share
from tests.scheduling import LONG, group, idle, rank


@pytest.mark.parametrize(
    ("nodeid", "expected"),
    [
        ("tests/e2e/pkgwatch/test_api.py::test_x[a-b]", "tests/e2e/pkgwatch"),
        ("tests/e2e/test_pkgwatch_life.py::test_x", "tests/e2e/test_pkgwatch_life.py"),
        ("tests/pkgops/plan/test_plan.py::test_x[tests/e2e/]", "tests/pkgops/plan/test_plan.py"),
    ],
)
def test_groups_are_files_and_deployed_systems(nodeid, expected):
    assert group(nodeid) == expected


def test_what_is_called_long_exists():
    assert [start for start in LONG if not any(name.startswith(start) for name in files())] == []
    assert [rank(f"{start}x::test_x") for start in LONG] == [*range(len(LONG))]
    assert rank("tests/architecture/test_budgets.py::test_x") == len(LONG)


def test_it_is_told_who_waited_for_whom():
    last = {"gw1": (60.2, "tests/e2e/kefir/test_login.py::test_x"), "gw0": (90.2, "tests/a/test_b.py::test_c")}
    assert [*idle(last)] == [
        "gw0 ended 0 s before the last process, with tests/a/test_b.py",
        "gw1 ended 30 s before the last process, with tests/e2e/kefir",
    ]
    assert [*idle({})] == []


def test_no_folder_of_tests_is_left_out(pytestconfig):
    """By itself pytest leaves out folders called build, and says nothing."""
    left_out = pytestconfig.getini("norecursedirs")
    tests = [PurePath(name) for name in files() if fnmatch(name, "tests/**/test_*.py")]
    folders = {folder for path in tests for folder in path.parent.parts}
    assert "build" in folders
    assert [folder for folder in folders if any(fnmatch(folder, pattern) for pattern in left_out)] == []


def test_each_process_imports_its_own_modules_first():
    names = modules(["tests/architecture", "tests/pkgops/build/test_build.py::test_x", "/"])
    assert "tests.architecture.test_scheduling" in names
    assert {name.rpartition(".")[0] for name in names} == {"tests.architecture", "tests.architecture.recipes"}
    shares = [share(names, f"gw{number}", 3) for number in (0, 1, 2)]
    assert sorted(name for one in shares for name in one) == names
    assert max(map(len, shares)) - min(map(len, shares)) <= 1
    assert share(names, "gw4", 3) == shares[1]
