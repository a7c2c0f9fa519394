"""Is a stack that a setting turns on there with it and nowhere without it?"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from pkgops import config
from pkgops.build.synth import synth
from pkgops.cli.session import Session
from pkgops.errors import ConfigError
from pkgops.project import load_system, use_templates
from tests.pkgops.several_systems import write_project
from tests.repository import ROOT


@pytest.fixture
def project(tmp_path: Path) -> Iterator[Path]:
    """notes has the stack texts only while ``texts`` is on."""
    root = write_project(tmp_path)
    init = root / "templates" / "notes" / "__init__.py"
    text = init.read_text(encoding="utf-8").replace("    pass", "    texts: bool = False")
    init.write_text(text.replace('"notes-texts")', '"notes-texts", when="texts")'), encoding="utf-8")
    yield root
    use_templates(ROOT)


@pytest.mark.parametrize(("value", "stacks"), [("", {"main"}), ("false", {"main"}), ("true", {"main", "texts"})])
def test_a_setting_turns_a_stack_on(project: Path, value: str, stacks: set[str]) -> None:
    loaded = config.load(None, "notes", project, {"TEXTS": value})
    assert {stack.key for stack in loaded.system.stacks} == stacks
    whole = load_system(project, "notes")
    assert {stack.key for stack in synth(whole, loaded.stage, loaded.settings)} == stacks


def test_a_stack_that_is_off_cannot_be_chosen(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    session = Session()
    session.directory = str(project)
    with pytest.raises(ConfigError) as refused:
        session.targets(("notes/texts",))
    assert refused.value.message == "Stack texts of notes is switched off on stage local."
    assert refused.value.hint == "Set TEXTS in the environment, or texts in stages.toml under [local.notes]."
    monkeypatch.setenv("TEXTS", "true")
    assert [keys for _, keys in session.targets(("notes/texts",))] == [("texts",)]
