"""pkgops graph."""

from __future__ import annotations

import json
import shutil
import xml.etree.ElementTree as ET

import pytest

from pkgops.cli.output import graph_output
from tests.pkgops.fakes.ports import FakePorts


def test_in_a_pipe_it_is_the_picture(run):
    done = run("graph", "kefir", "--stage", "dev")
    assert ET.fromstring(done.stdout).tag.endswith("svg")
    assert done.stderr == ""


def test_the_program_gets_data(run):
    data = json.loads(run("graph", "kefir", "--stage", "dev", "-o", "json").stdout)
    assert "handle-auth" in {node["label"] for node in data["nodes"]}
    assert data == json.loads(run("graph", "kefir", "--stage", "dev", "--format", "json").stdout)


@pytest.mark.parametrize(
    ("name", "start"),
    [("a.svg", "<svg"), ("a.gv", "digraph"), ("a.mmd", "flowchart"), ("a.json", "{"), ("deep/a.unknown", "<svg")],
)
def test_a_file_by_its_name(run, project, name, start):
    done = run("graph", "kefir", "--to", name)
    assert (project / name).read_text(encoding="utf-8").startswith(start)
    assert done.stdout.startswith(f"{name}  ")
    assert "14 nodes" in done.stdout


def test_another_kind_of_picture_is_not_pretended(run, project):
    done = run("graph", "kefir", "--to", "a.PNG")
    assert (done.exit_code, (project / "a.PNG").exists()) == (2, False)
    assert "write to a.svg" in done.stderr


def test_a_link_leads_from_the_file_to_the_source(run, project):
    run("graph", "always_coder/web", "--to", "deep/web.svg")
    text = (project / "deep" / "web.svg").read_text(encoding="utf-8")
    assert 'xlink:href="../templates/always_coder/web.py"' in text


def test_a_part(run):
    data = json.loads(run("graph", "kefir", "--focus", "handle-public", "-o", "json").stdout)
    assert {node["label"] for node in data["nodes"]} == {"handle-public", "kefir-app", "kefir-app-table"}
    whole = json.loads(run("graph", "kefir", "--all", "-o", "json").stdout)
    opened = json.loads(run("graph", "kefir", "--expand", "handle-events", "-o", "json").stdout)
    assert {"handle-events"} <= {node["label"] for node in opened["nodes"]}
    assert len(opened["nodes"]) < len(whole["nodes"])


def test_one_system_at_a_time(run):
    done = run("graph", "kefir", "keyvex")
    assert done.exit_code == 2
    assert "one system" in done.stderr


def test_without_a_renderer_it_is_dot_text_and_says_so(run, monkeypatch):
    monkeypatch.setattr(shutil, "which", lambda *_, **__: None)
    done = run("graph", "kefir")
    assert done.stdout.startswith("digraph")
    assert "pkgops[graph]" in done.stderr
    asked = run("graph", "kefir", "--format", "svg")
    assert (asked.exit_code, asked.stdout) == (3, "")


def test_a_plan_colors_the_picture(run, built):
    data = json.loads(run("graph", "--diff", "--stage", "dev", "-o", "json", ports=FakePorts()).stdout)
    assert {node["status"] for node in data["nodes"]} == {"added"}


def test_on_a_terminal_the_file_is_named_or_shown(run, project, monkeypatch):
    monkeypatch.setattr("pkgops.cli.output.console.Console.width", 80)
    done = run("graph", "kefir")
    assert ".pkgops/graph/kefir-local.svg  14 nodes" in done.stdout
    assert (project / ".pkgops" / "graph" / "kefir-local.svg").is_file()
    monkeypatch.setattr(graph_output, "image_protocol", lambda *_: "iTerm2")
    assert "\x1b]1337;File=inline=1;" in run("graph", "kefir").stdout


def test_a_file_that_cannot_be_written(run, project):
    (project / "no").write_text("a file")
    done = run("graph", "kefir", "--to", "no/a.svg")
    assert done.exit_code == 2
    assert "cannot be written" in done.stderr
