"""Systems, stacks and what they define are found by every name they have."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from pkgops.errors import ConfigError, NotFoundError, UsageError, unknown
from pkgops.model import Stage
from pkgops.project import use_templates
from pkgops.select import search, stack_key, targets
from tests.pkgops.several_systems import write_project
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


@pytest.fixture
def several(tmp_path: Path) -> Iterator[Path]:
    """Three systems; other tests find the repository's templates again."""
    yield write_project(tmp_path)
    use_templates(ROOT)


HAS = {"shop": {"order", "shared"}, "notes": {"cleanup", "shared", "both", "a/b"}, "blog": {"both"}}


def has(system: str, name: str) -> str:
    if name not in HAS[system]:
        raise unknown("thing", name, HAS[system])
    return f"{system}:{name}"


@pytest.mark.parametrize(
    ("name", "found"),
    [
        ("order", "shop:order"),
        ("cleanup", "notes:cleanup"),
        ("shared", "shop:shared"),
        ("notes/shared", "notes:shared"),
        ("Notes/shared", "notes:shared"),
        ("blog/both", "blog:both"),
        ("a/b", "notes:a/b"),
    ],
)
def test_a_name_is_looked_for_in_every_system(several: Path, name: str, found: str) -> None:
    assert search(several, name, has) == found


def test_the_given_default_comes_first(several: Path) -> None:
    assert search(several, "shared", has, "notes") == "notes:shared"
    assert search(several, "order", has, "notes") == "shop:order"
    with pytest.raises(UsageError, match="Unknown system 'note'"):
        search(several, "order", has, "note")


def test_a_name_of_two_other_systems_is_an_error_that_lists_both(several: Path) -> None:
    with pytest.raises(UsageError, match=r"in several systems: blog, notes") as both:
        search(several, "both", has)
    assert both.value.hint == "Name one of: blog/both, notes/both."


def test_a_name_no_system_has_gets_what_is_near_in_the_first_place_it_was_looked_for(several: Path) -> None:
    with pytest.raises(NotFoundError) as unqualified:
        search(several, "ordre", has)
    assert unqualified.value.hint == "Did you mean order?"
    with pytest.raises(NotFoundError) as qualified:
        search(several, "notes/claenup", has)
    assert qualified.value.hint == "Did you mean cleanup?"


def test_a_system_that_cannot_be_read_hides_no_other_and_is_named_if_nothing_is_found(several: Path) -> None:
    def broken(system: str, name: str) -> str:
        if system == "blog":
            raise ConfigError("PORT is missing.")
        return has(system, name)

    assert search(several, "cleanup", broken) == "notes:cleanup"
    with pytest.raises(NotFoundError) as nowhere:
        search(several, "nothing", broken)
    assert "blog was not searched: PORT is missing." in nowhere.value.hint


def test_without_a_default_a_name_is_looked_for_in_all(tmp_path: Path) -> None:
    root = write_project(tmp_path, default="")
    assert search(root, "order", has) == "shop:order"
    assert targets(root, ["notes"]) == [("notes", ())]
    with pytest.raises(UsageError, match="in several systems"):
        search(root, "shared", has)
    use_templates(ROOT)


def test_stacks_are_found_in_the_same_way(several: Path) -> None:
    assert targets(several, ["main", "texts"]) == [("shop", ("main",)), ("notes", ("texts",))]
    assert targets(several, ["main"], "blog") == [("blog", ("main",))]
