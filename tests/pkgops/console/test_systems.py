"""What the console knows of the systems while their files are edited."""

from __future__ import annotations

import html
from pathlib import Path

import pytest

from pkgops import config
from pkgops.build.build import synthesized
from pkgops.config import Project
from pkgops.console.frame.later import Later
from pkgops.console.frame.systems import Systems
from pkgops.errors import BuildError
from tests.pkgops.console.conftest import Opened
from tests.pkgops.several_systems import write_project


@pytest.fixture
def project(tmp_path: Path) -> Path:
    return write_project(tmp_path)


def of(root: Path) -> Systems:
    return Systems(root, lambda: tuple(config.load("local", key, root, environ={}) for key in ("shop", "notes")))


def outputs(found: tuple[Project, ...]) -> list[str]:
    return [name for stack in synthesized(found[0]) for name in stack.template.get("Outputs", {})]


def test_an_edit_is_seen_and_no_old_template_is_kept_for_others(project: Path) -> None:
    systems, store = of(project), project / "templates" / "shop" / "store.py"
    before = systems.get()
    assert systems.get() is before
    assert "Place" in outputs(before)
    store.write_text(store.read_text().replace("Place", "Spot!"))  # of the same size, within a second
    store.write_text(store.read_text().replace("Spot!", "Found"))
    assert "Found" in outputs(systems.get())
    assert "Found" in outputs((config.load("local", "shop", project, environ={}),))  # what a command finds kept


def test_a_broken_file_is_told_until_it_is_corrected(project: Path) -> None:
    systems, store = of(project), project / "templates" / "shop" / "__init__.py"
    systems.get()
    correct = store.read_text()
    store.write_text(f"{correct}\ndef broken(:\n")
    for _ in range(2):
        with pytest.raises(BuildError, match="invalid syntax"):
            systems.get()
    store.write_text(correct)
    assert [one.system.key for one in systems.get()] == ["shop", "notes"]


def test_settings_are_read_again(project: Path) -> None:
    systems, stages = of(project), project / "stages.toml"
    assert systems.get()[0].stage.region == "us-east-1"
    stages.write_text(stages.read_text().replace("[local]", '[local]\nregion = "eu-west-1"'))
    assert systems.get()[0].stage.region == "eu-west-1"


def test_what_has_failed_is_tried_again() -> None:
    answers = iter((OSError("the port is taken"), 5, 6))

    def make() -> int:
        answer = next(answers)
        if isinstance(answer, Exception):
            raise answer
        return answer

    value = Later(make)
    with pytest.raises(OSError, match="taken"):
        value.get()
    assert [value.get(), value.get()] == [5, 5]


def test_a_function_of_another_system_is_not_asked_for(pages: Opened) -> None:
    text = html.unescape(pages.text("/logs?system=notes&function=shop-order-local&since="))
    assert 'data-lines="/logs/lines?system=notes&function=&' in text
    assert "&since=10m" in text
    assert "function=shop-order-local" in html.unescape(pages.text("/logs?system=shop&function=shop-order-local"))


@pytest.mark.parametrize("path", ["/cost", "/metrics", "/deployment"])
def test_pages_of_one_system_begin_with_the_default_one(pages: Opened, path: str) -> None:
    assert f'<a href="{path}?system=shop" aria-current="true">' in pages.text(path)


def test_what_is_not_deployed_is_no_name_to_choose(pages: Opened) -> None:
    assert "There are: shopmainlocalfiles." in pages.get("/buckets/absent").text
