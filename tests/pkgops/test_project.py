"""The project: where it is found, which systems it has, and that templates come from there alone."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from pkgops import config, project
from pkgops.errors import ConfigError, UsageError
from tests.repository import ROOT

SYSTEM = """
from dataclasses import dataclass
from pkgops.model import Stack, System

@dataclass(frozen=True)
class Settings:
    pass

SYSTEM = System({key!r}, {title!r}, (Stack("main", {title!r}),), Settings, {{}}, lambda *_: [], lambda _: {{}})
"""


@pytest.fixture(autouse=True)
def _repository_templates() -> Iterator[None]:
    """Other tests find the repository's templates again."""
    yield
    project.use_templates(ROOT)


def add_system(root: Path, key: str, title: str = "Shop", stages: str = "[local]\n") -> Path:
    package = root / "templates" / key
    package.mkdir(parents=True)
    (package / "__init__.py").write_text(SYSTEM.format(key=key, title=title))
    if not (root / "stages.toml").exists():
        (root / "stages.toml").write_text(stages)
    return root


def test_the_project_is_the_nearest_directory_with_stages(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    add_system(tmp_path, "shop")
    below = tmp_path / "a" / "b"
    below.mkdir(parents=True)
    monkeypatch.chdir(below)
    assert project.find(environ={}) == tmp_path
    add_system(below.parent, "inner")
    assert project.find(environ={}) == below.parent


def test_a_named_directory_wins_over_the_variable_and_both_over_the_current_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    here, named, variable = (add_system(tmp_path / name, "shop") for name in ("here", "named", "variable"))
    monkeypatch.chdir(here)
    assert project.find(environ={"PKGOPS_PROJECT": str(variable)}) == variable
    assert project.find(named, {"PKGOPS_PROJECT": str(variable)}) == named


def test_outside_a_project_the_error_names_init(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(ConfigError, match="not a pkgops project") as nowhere:
        project.find(environ={})
    assert "pkgops init" in nowhere.value.hint
    with pytest.raises(ConfigError, match=r"no stages\.toml in"):
        project.find(tmp_path, {})


def test_systems_are_the_packages_that_define_one(tmp_path: Path) -> None:
    add_system(tmp_path, "shop")
    add_system(tmp_path, "books")
    (tmp_path / "templates" / "shared").mkdir()
    (tmp_path / "templates" / "shared" / "__init__.py").write_text('NAME = "SYSTEM = "\n')
    (tmp_path / "templates" / "notes.txt").write_text("SYSTEM = 1")
    (tmp_path / "templates" / "ring").symlink_to("ring")
    assert project.systems(tmp_path) == ("books", "shop")


def test_a_project_without_templates_says_what_a_system_is(tmp_path: Path) -> None:
    (tmp_path / "stages.toml").write_text("[local]\n")
    assert project.systems(tmp_path) == ()
    with pytest.raises(ConfigError, match="no system") as empty:
        project.default_system(tmp_path)
    assert "defines SYSTEM" in empty.value.hint


def test_the_only_system_is_the_default_and_of_several_the_named_one(tmp_path: Path) -> None:
    add_system(tmp_path, "shop")
    assert project.default_system(tmp_path) == "shop"
    add_system(tmp_path, "books")
    with pytest.raises(ConfigError, match="several systems") as several:
        project.default_system(tmp_path)
    assert 'default_system = "books"' in several.value.hint
    (tmp_path / "stages.toml").write_text('[project]\ndefault_system = "shop"\n[local]\n')
    assert project.default_system(tmp_path) == "shop"
    (tmp_path / "stages.toml").write_text('[project]\ndefault_system = "gone"\n[local]\n')
    with pytest.raises(ConfigError, match="no system 'gone'"):
        project.default_system(tmp_path)


def test_project_is_no_stage(tmp_path: Path) -> None:
    add_system(tmp_path, "shop", stages='[project]\ndefault_system = "shop"\n[local]\n')
    assert list(config.stages(tmp_path)) == ["local"]
    with pytest.raises(UsageError, match="Unknown stage 'project'"):
        config.load("project", root=tmp_path, environ={})


@pytest.mark.parametrize("name", ["class", "1st", "my-shop", "Shop", "_shop", "shöp", "a.b"])
def test_a_name_no_system_can_have_is_refused_with_the_rule(tmp_path: Path, name: str) -> None:
    with pytest.raises(ConfigError, match="cannot be called") as refused:
        project.require_key(name)
    assert "a letter first" in refused.value.hint
    add_system(tmp_path, name)
    with pytest.raises(ConfigError, match="cannot be called"):
        project.systems(tmp_path)


def test_templates_are_loaded_from_the_project_and_from_nowhere_else(tmp_path: Path) -> None:
    one = add_system(tmp_path / "one", "shop", "One")
    two = add_system(tmp_path / "two", "shop", "Two")
    assert project.load_system(one, "shop").title == "One"
    assert project.load_system(two, "shop").title == "Two"
    assert project.load_system(one, "Shop").title == "One"
    with pytest.raises(UsageError, match="Unknown system 'pkgwatch'"):
        project.load_system(one, "pkgwatch")
    assert sys.modules["templates"].__path__ == [str(one / "templates")]


def test_a_system_has_the_key_of_its_package(tmp_path: Path) -> None:
    add_system(tmp_path, "shop")
    (tmp_path / "templates" / "shop" / "__init__.py").write_text(SYSTEM.format(key="other", title="Shop"))
    with pytest.raises(ConfigError, match="SYSTEM has the key 'other'"):
        project.load_system(tmp_path, "shop")
