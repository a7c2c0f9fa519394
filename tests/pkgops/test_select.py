"""Are systems and stacks found by every name they have?"""

from __future__ import annotations

import pytest

from pkgops.errors import UsageError
from pkgops.model import Stage
from pkgops.select import stack_key, targets
from tests.repository import ROOT, load_system


@pytest.mark.parametrize(
    ("names", "expected"),
    [
        ((), [("pkgwatch", ())]),
        (("pkgwatch",), [("pkgwatch", ())]),
        (("pkgwatch/api",), [("pkgwatch", ("api",))]),
        (("api", "storage", "api"), [("pkgwatch", ("api", "storage"))]),
        (("PkgWatchApiStack",), [("pkgwatch", ("api",))]),
        (("PkgWatchApi",), [("pkgwatch", ("api",))]),
        (("StorageStack",), [("pkgwatch", ("storage",))]),
        (("PkgWatchBudgets-dev",), [("pkgwatch", ("budgets",))]),
        (("pkgwatch/PkgWatchPipeline",), [("pkgwatch", ("pipeline",))]),
        (("pkgwatch", "api"), [("pkgwatch", ())]),
        (("kefir",), [("kefir", ())]),
        (("kefir/app", "kefir-app"), [("kefir", ("app",))]),
        (("kefir-app-dev",), [("kefir", ("app",))]),
        (("Kefir-App-Prod",), [("kefir", ("app",))]),
    ],
)
def test_names(names: tuple[str, ...], expected: list[tuple[str, tuple[str, ...]]]) -> None:
    assert targets(ROOT, names) == expected


@pytest.mark.parametrize(("name", "near"), [("pkgwatch/stroage", "storage"), ("PkgWatchAp", "PkgWatchApi")])
def test_an_unknown_name_gets_the_nearest(name: str, near: str) -> None:
    with pytest.raises(UsageError) as caught:
        targets(ROOT, (name,))
    assert near in caught.value.hint


def test_nobody_is_offered_a_name_with_a_gap() -> None:
    with pytest.raises(UsageError) as caught:
        targets(ROOT, ("kefir/nope",))
    assert caught.value.hint == "There are: app."


def test_the_name_on_the_stage_is_known() -> None:
    assert stack_key(load_system("kefir"), "kefir-app-mine", Stage("mine")) == "app"
    assert stack_key(load_system("pkgwatch"), "PkgWatchStorage-mine", Stage("mine")) == "storage"
