"""pkgops ls."""

from __future__ import annotations

import json

import pytest


def test_stacks_with_their_names_on_the_stage(run):
    lines = run("ls", "--stage", "dev").stdout.splitlines()
    assert lines[0].split() == ["System", "Stack", "Name"]
    assert ["pkgwatch", "api", "PkgWatchApi-dev"] in [line.split() for line in lines]


def test_production_has_the_documented_names(run):
    assert "PkgWatchApi\n" in run("ls", "--stage", "prod").stdout


@pytest.mark.parametrize("name", ["api", "pkgwatch/api", "PkgWatchApiStack", "PkgWatchApi", "pkgwatch/PkgWatchApi"])
def test_a_stack_by_any_name(run, name):
    assert json.loads(run("ls", name, "-o", "json").stdout) == [
        {"system": "pkgwatch", "stack": "api", "name": "PkgWatchApi-local"}
    ]


def test_a_documented_word_is_a_stage(run):
    assert run("ls", "--stage", "production").stdout == run("ls", "--stage", "prod").stdout


def test_stage_and_system_from_the_environment(run, monkeypatch):
    monkeypatch.setenv("PKGOPS_STAGE", "dev")
    monkeypatch.setenv("PKGOPS_SYSTEM", "pkgwatch")
    assert "PkgWatchApi-dev" in run("ls").stdout


@pytest.mark.parametrize(
    ("arguments", "message", "hint"),
    [
        (["ls", "apii"], "'apii'", "api"),
        (["ls", "pkgwatch/apii"], "Unknown stack 'apii'", "api"),
        (["ls", "pkgwach/api"], "Unknown system 'pkgwach'", "pkgwatch"),
        (["ls", "--system", "pkgwach"], "Unknown system 'pkgwach'", "pkgwatch"),
        (["ls", "--stage", "prdo"], "Unknown stage 'prdo'", "prod"),
    ],
)
def test_unknown_names_get_the_nearest(run, arguments, message, hint):
    result = run(*arguments)
    assert result.exit_code == 2
    assert message in result.stderr
    assert hint in result.stderr.splitlines()[-1]


def test_names_and_all_exclude_each_other(run):
    assert run("ls", "api", "--all").exit_code == 2


def test_all_systems(run):
    assert "pkgwatch" in run("ls", "--all").stdout


def test_stages_and_systems(run):
    stages = {row["stage"]: row for row in json.loads(run("ls", "--show", "stages", "-o", "json").stdout)}
    assert stages["prod"]["protected"] is True
    assert "pkgwatch" in run("ls", "--show", "systems").stdout


def test_functions(run):
    rows = json.loads(run("ls", "api", "--show", "functions", "--stage", "dev", "-o", "json").stdout)
    assert {"system": "pkgwatch", "stack": "api", "function": "health", "name": "pkgwatch-api-health-dev"} in rows
