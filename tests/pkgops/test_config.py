"""Is configuration read in the documented order, and is every mistake in it named?"""

from __future__ import annotations

from pathlib import Path

import pytest

from pkgops import config
from pkgops.errors import AccessError, ConfigError, UsageError
from pkgops.model import Stage
from tests.repository import DEFAULT, ROOT, link_project

STAGES = """
[local]
[dev]
region = "eu-west-1"
[prod]
protected = true
account = "123456789012"
[prod.pkgwatch]
monthly_budget = 300
alert_email = "file@example.com"
"""


@pytest.fixture
def root(tmp_path: Path) -> Path:
    link_project(tmp_path, STAGES)
    return tmp_path


def test_defaults_to_the_emulator_and_the_default_system(root: Path) -> None:
    project = config.load(root=root, environ={})
    assert (project.stage.name, project.stage.local, project.system.key) == ("local", True, "pkgwatch")
    assert project.settings.monthly_budget == 200


def test_environment_names_stage_and_system(root: Path) -> None:
    project = config.load(root=root, environ={"PKGOPS_STAGE": "dev", "PKGOPS_SYSTEM": "PkgWatch"})
    assert (project.stage.region, project.system.key) == ("eu-west-1", "pkgwatch")
    assert config.load("prod", root=root, environ={"PKGOPS_STAGE": "dev"}).stage.name == "prod"


@pytest.mark.parametrize(("word", "stage"), [("production", "prod"), ("development", "dev")])
def test_the_systems_own_words_are_stages_too(root: Path, word: str, stage: str) -> None:
    assert config.load(word, root=root, environ={}).stage.name == stage


def test_environment_wins_over_dotenv_over_file(root: Path) -> None:
    assert config.load("prod", root=root, environ={}).settings.alert_email == "file@example.com"
    (root / ".env").write_text("ALERT_EMAIL=dotenv@example.com\nMONTHLY_BUDGET=400\n", encoding="utf-8")
    project = config.load("prod", root=root, environ={"ALERT_EMAIL": "env@example.com"})
    assert (project.settings.alert_email, project.settings.monthly_budget) == ("env@example.com", 400)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('[local]\nregoin = "x"', r"stages.toml \[local\]: unknown key 'regoin'"),
        ("[local]\nprotected = 1", r"stages.toml \[local\] protected: Expected `bool`, got `int`"),
        ("[local.pkgwatch]\nbudget = 1", r"stages.toml \[local.pkgwatch\]: unknown key 'budget'"),
        ('[local.pkgwatch]\nmonthly_budget = "1"', r"monthly_budget: Expected `int`, got `str`"),
        ('[local]\naccount = "12"', "not a 12-digit account id"),
        ('[local]\naccount = "123456789012"', "the emulator's is 000000000000"),
        (
            '[local]\nregion = "ap-east-2"\nsnap_start = true',
            r"\[local\] snap_start: Lambda has no SnapStart in ap-east-2",
        ),
        ("[local]\nprotected = true\nfollow_aliases = true", r"\[local\] follow_aliases: the stage is protected"),
        ('default_sytem = "pkgwatch"', r"stages.toml \[project\]: unknown key 'default_sytem'"),
        ("[local", "is not valid TOML"),
    ],
)
def test_mistakes_in_the_file_are_named(tmp_path: Path, text: str, said: str) -> None:
    link_project(tmp_path, text)
    with pytest.raises(ConfigError, match=said) as caught:
        config.load(root=tmp_path, environ={})
    assert caught.value.hint


def test_an_unknown_key_lists_the_allowed_ones(tmp_path: Path) -> None:
    link_project(tmp_path, '[local]\nregoin = "x"')
    with pytest.raises(ConfigError) as caught:
        config.load(root=tmp_path, environ={})
    assert "Did you mean region?" in caught.value.hint
    assert "Allowed keys: region, account" in caught.value.hint


def test_a_wrong_value_in_the_environment_names_the_variable(root: Path) -> None:
    with pytest.raises(ConfigError, match="environment variable MONTHLY_BUDGET"):
        config.load(root=root, environ={"MONTHLY_BUDGET": "much"})


def test_unknown_stage_and_system_name_the_nearest(root: Path) -> None:
    with pytest.raises(UsageError) as stage:
        config.load("prd", root=root, environ={})
    with pytest.raises(UsageError) as system:
        config.load(system="pkgwach", root=root, environ={})
    assert "prod" in stage.value.hint
    assert "pkgwatch" in system.value.hint


def test_an_account_pins_a_stage() -> None:
    config.require_account(Stage("dev", account="123456789012"), "123456789012")
    config.require_account(Stage("dev"), "999999999999")
    with pytest.raises(AccessError):
        config.require_account(Stage("dev", account="123456789012"), "999999999999")


def test_the_projects_own_stages_are_valid() -> None:
    stages = config.stages(ROOT)
    assert set(stages) == {"local", "dev", "staging", "prod"}
    assert stages["prod"].protected
    assert not stages["prod"].express


@pytest.mark.parametrize("name", ["My_Dev", "feature/x", "2dev", "dev-", "a--b", "x y"])
def test_a_stage_is_part_of_names(root: Path, name: str) -> None:
    (root / "stages.toml").write_text(f'{DEFAULT}["{name}"]\n', encoding="utf-8")
    with pytest.raises(ConfigError, match="a stage cannot be called") as caught:
        config.load(name, root=root, environ={})
    assert caught.value.code == 2


def test_a_stages_name_may_be_too_long_for_its_region(root: Path) -> None:
    name, region = "feature-payments-rework-2026", "ap-southeast-1"
    (root / "stages.toml").write_text(f'{DEFAULT}[{name}]\nregion = "{region}"\n', encoding="utf-8")
    with pytest.raises(ConfigError, match="would have 73 characters") as caught:
        config.load(name, root=root, environ={})
    assert caught.value.hint == "It may have 18 characters in ap-southeast-1."
    (root / "stages.toml").write_text(f'{DEFAULT}[{name[:18]}]\nregion = "{region}"\n', encoding="utf-8")
    assert config.load(name[:18], root=root, environ={}).stage.region == region


def test_an_empty_variable_is_not_set(root: Path) -> None:
    (root / ".env").write_text("ALERT_EMAIL=\nMONTHLY_BUDGET=\n", encoding="utf-8")
    project = config.load("prod", root=root, environ={"ALERT_EMAIL": "", "PKGOPS_STAGE": "", "PKGOPS_SYSTEM": ""})
    assert (project.settings.alert_email, project.settings.monthly_budget) == ("file@example.com", 300)


def test_stage_system_and_profile_may_stand_in_dotenv(root: Path) -> None:
    lines = "PKGOPS_STAGE=dev\nPKGOPS_SYSTEM=kefir\nAWS_PROFILE=work\nAWS_REGION=eu-west-1\nPKGOPS_CONFIRM=prod\n"
    (root / ".env").write_text(lines, encoding="utf-8")
    project = config.load(root=root, environ={})
    assert (project.stage.name, project.stage.profile, project.system.key) == ("dev", "work", "kefir")
    assert config.load(root=root, environ={"AWS_PROFILE": "other"}).stage.profile is None  # the SDK reads it
    assert config.load("local", root=root, environ={}).stage.profile is None
    assert config.uncounted(root) == ["AWS_REGION", "PKGOPS_CONFIRM"]


@pytest.mark.parametrize("region", ["cn-north-1", "us-gov-west-1", "us-isob-east-1", "eusc-de-east-1"])
def test_other_partitions_are_refused(root: Path, region: str) -> None:
    (root / "stages.toml").write_text(f'{DEFAULT}[dev]\nregion = "{region}"\n', encoding="utf-8")
    with pytest.raises(ConfigError, match=f"region: {region} is in another partition") as caught:
        config.load("dev", root=root, environ={})
    assert "eu-central-1" in caught.value.hint
