"""pkgops synth."""

from __future__ import annotations

import json

import pytest
import yaml


def test_one_template_stands_for_itself(run):
    template = json.loads(run("synth", "storage").stdout)
    assert template["AWSTemplateFormatVersion"] == "2010-09-09"
    assert run("synth", "storage").stdout == run("synth", "storage", "-o", "json").stdout


def test_several_are_an_object_by_stack_name(run):
    assert {"PkgWatchApi-dev", "PkgWatchStorage-dev"} <= set(json.loads(run("synth", "--stage", "dev").stdout))


def test_yaml_says_the_same(run):
    documents = list(yaml.safe_load_all(run("synth", "storage", "api", "--format", "yaml").stdout))
    as_json = json.loads(run("synth", "storage", "api").stdout)
    assert documents == list(as_json.values())


@pytest.mark.parametrize("format", ["json", "yaml"])
def test_files(run, project, format):
    result = run("synth", "--to", "build/templates", "--format", format)
    assert result.exit_code == 0
    files = {path.name for path in (project / "build" / "templates").iterdir()}
    assert f"PkgWatchStorage-local.{format}" in files
    assert "build/templates/PkgWatchStorage-local" in result.stdout


def test_production_without_its_settings(run):
    result = run("synth", "--stage", "prod")
    assert result.exit_code == 2
    assert "ALERT_EMAIL" in result.stderr
    assert "Traceback" not in result.output


def test_what_a_system_says_of_its_settings_is_a_warning(run, project):
    result = run("synth", "stream_sales", "--stage", "prod")
    assert result.exit_code == 0, result.output
    assert "Production has no alarms without ALARM_EMAIL." in result.stderr
    assert "ALARM_EMAIL" not in run("synth", "stream_sales", "--stage", "dev").stderr
