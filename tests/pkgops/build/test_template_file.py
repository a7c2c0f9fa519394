"""Stacks of a template file: read as it is, and refused with the reason where it is none."""

from __future__ import annotations

import sys
from dataclasses import replace

import pytest

from pkgops.build.synth import synth
from pkgops.errors import BuildError
from pkgops.model import Stack, Stage
from tests.pkgops.conftest import SYSTEM, NoSettings

YAML = """\
Parameters:
  Name: {Type: String}
Resources:
  Jobs:
    Type: AWS::SQS::Queue
    Properties:
      QueueName: !Sub "${Name}-jobs"
Outputs:
  Arn: {Value: !GetAtt Jobs.Arn}
"""
JSON = '{"Resources": {"News": {"Type": "AWS::SNS::Topic"}}, "Outputs": {"Name": {"Value": {"Ref": "News"}}}}'


@pytest.fixture
def build(tmp_path, monkeypatch):
    package = tmp_path / "legacy_system"
    package.mkdir()
    (package / "__init__.py").write_text("")
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.delitem(sys.modules, "legacy_system", raising=False)

    def synthesize(**files):
        stacks = []
        for key, (name, content, inputs) in files.items():
            if content is not None:
                (package / name).write_bytes(content if isinstance(content, bytes) else content.encode())
            stacks.append(Stack(key, f"Demo-{key}", template=name, inputs=inputs))
        system = replace(SYSTEM, module="legacy_system", stacks=tuple(stacks))
        return {stack.key: stack for stack in synth(system, Stage("dev"), NoSettings())}

    yield synthesize
    sys.modules.pop("legacy_system", None)


def test_json_and_yaml_with_short_intrinsics_and_inputs(build):
    made = build(jobs=("jobs.yaml", YAML, {"Name": "news.Name"}), news=("news.json", JSON, {}))
    assert list(made) == ["news", "jobs"]
    assert made["jobs"].template["Outputs"]["Arn"]["Value"] == {"Fn::GetAtt": ["Jobs", "Arn"]}
    assert made["jobs"].template["Resources"]["Jobs"]["Properties"]["QueueName"] == {"Fn::Sub": "${Name}-jobs"}
    assert made["jobs"].inputs == {"Name": "news.Name"}
    assert made["jobs"].sources == {
        "Jobs": "legacy_system/jobs.yaml:4",
        "Parameters/Name": "legacy_system/jobs.yaml:2",
        "Outputs/Arn": "legacy_system/jobs.yaml:9",
    }
    assert made["news"].name == "Demo-news-dev"


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (None, "There is no legacy_system/a.yaml"),
        ("Outputs: {}", "it has no Resources"),
        ("Resources: {A: {}}", "is no CloudFormation template"),
        ("- a", "is no CloudFormation template"),
        (b"Resources: \xff", "is not UTF-8"),
        ("Resources:\n  A: [", r"a\.yaml:\d+"),
    ],
)
def test_what_is_no_template_is_refused(build, content, message):
    with pytest.raises(BuildError, match=message):
        build(a=("a.yaml", content, {}))


def test_an_input_of_an_unknown_parameter_is_refused(build):
    with pytest.raises(BuildError, match="no parameter Place") as refused:
        build(jobs=("jobs.yaml", YAML, {"Place": "news.Name"}), news=("news.json", JSON, {}))
    assert refused.value.hint == "Its parameters: Name."
