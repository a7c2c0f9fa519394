"""Is a system that has its own words for its stages named by them, and kept from all other stages?"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from pkgops import config
from pkgops.build.synth import SynthesizedStack
from pkgops.checks.code.uses import Usage
from pkgops.checks.kit.subject import Subject
from pkgops.checks.rules.templates.name_without_stage import RULE as NAME_WITHOUT_STAGE
from pkgops.cli.session import Session
from pkgops.errors import ClosedStageError, NotFoundError
from pkgops.model import Stage, System
from pkgops.project import load_system, use_templates
from pkgops.select import stack_key
from tests.pkgops.several_systems import write_project
from tests.repository import ROOT

_WORDS = {"local": "development", "dev": "development", "prod": "production"}


@pytest.fixture
def project(tmp_path: Path) -> Iterator[Path]:
    """shop, which runs anywhere, and notes, which knows two environments."""
    root = write_project(tmp_path)
    (root / "stages.toml").write_text(
        '[project]\ndefault_system = "shop"\n[local]\n[dev]\n[staging]\n[prod]\n', encoding="utf-8"
    )
    init = root / "templates" / "notes" / "__init__.py"
    text = init.read_text(encoding="utf-8").replace('"notes-main"', '"Notes-{environment}-Main"')
    text = text.replace("Settings, {},", f"Settings, {_WORDS!r},")
    init.write_text(text.replace("lambda _: {},", "lambda _: {}, closed=True,"), encoding="utf-8")
    yield root
    use_templates(ROOT)


def notes(root: Path) -> System:
    return load_system(root, "notes")


@pytest.mark.parametrize(
    ("name", "words", "bare"),
    [
        ("notes-jobs-development", ("dev", "development"), "notes-jobs"),
        ("notes-jobs-dev", ("dev", "development"), "notes-jobs"),
        ("notes-dev-tools-dev.fifo", ("dev",), "notes-dev-tools.fifo"),
        ("notes-dev-jobs", ("dev",), "notes-jobs"),
        ("dev-jobs", ("dev",), "jobs"),
        ("notes-developers", ("dev", "development"), "notes-developers"),
        ("notes-jobs", (), "notes-jobs"),
    ],
)
def test_a_name_without_the_stage(name: str, words: tuple[str, ...], bare: str) -> None:
    assert SynthesizedStack("notes", "main", "Notes-development-Main", {}, words=words).documented(name) == bare


@pytest.mark.parametrize(
    ("stage", "name"),
    [
        ("local", "Notes-development-Main"),
        ("dev", "Notes-development-Main"),
        ("development", "Notes-development-Main"),
        ("prod", "Notes-production-Main"),
        ("production", "Notes-production-Main"),
    ],
)
def test_the_word_stands_in_names_and_is_accepted_as_a_stage(project: Path, stage: str, name: str) -> None:
    assert config.load(stage, "notes", project, {}).named("Notes-{environment}-Main") == name


def test_a_name_without_the_word_gets_the_stage_as_ever(project: Path) -> None:
    loaded = config.load("dev", "notes", project, {})
    assert (loaded.named("notes-jobs"), loaded.named("{stage}-{environment}")) == ("notes-jobs-dev", "dev-development")


def test_another_stage_is_refused_with_the_accepted_words(project: Path) -> None:
    with pytest.raises(ClosedStageError) as refused:
        config.load("staging", "notes", project, {})
    assert refused.value.message == "notes does not run on stage staging."
    assert refused.value.hint == "Its environments are development (stage local or dev) and production (stage prod)."
    assert config.load("staging", "shop", project, {}).stage.name == "staging"
    with pytest.raises(NotFoundError, match="'test'"):
        config.load("test", "notes", project, {})


def test_all_systems_are_those_that_run_on_the_stage(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    session = Session()
    session.directory, session.stage = str(project), "staging"
    assert [one.system.key for one, _ in session.targets((), all_systems=True)] == ["blog", "shop"]
    assert "Left out: notes does not run on stage staging." in capsys.readouterr().err


def test_a_stack_is_found_by_its_name_in_any_environment(project: Path) -> None:
    system = notes(project)
    assert {stack_key(system, f"notes-{word}-MAIN") for word in ("development", "production")} == {"main"}
    assert stack_key(system, "notes-main") == "main"
    with pytest.raises(NotFoundError):
        stack_key(system, "notes-development")


def test_a_name_needs_the_word_or_the_stage_in_it(project: Path) -> None:
    names = ("jobs-development", "jobs-dev", "jobs-production", "jobs")
    resources = {
        f"Q{at}": {"Type": "AWS::SQS::Queue", "Properties": {"QueueName": one}} for at, one in enumerate(names)
    }
    stack = SynthesizedStack("notes", "main", "Notes-development-Main", {"Resources": resources})
    subject = Subject(project, Stage("dev"), notes(project), [stack], lambda _: Usage())
    assert [found.resource for found in NAME_WITHOUT_STAGE.find(subject)] == ["Q2", "Q3"]
