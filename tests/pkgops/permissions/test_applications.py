"""Whoever deploys an application may bring its files to their bucket and its tags to their table, and no further."""

from __future__ import annotations

from pathlib import Path

import pytest

from pkgops.build.build import synthesized
from pkgops.build.node.builder import take_build
from pkgops.build.synth import resources
from pkgops.config import load
from pkgops.permissions.policy import policies
from tests.pkgops.next_project import FILES, write_build
from tests.pkgops.permissions.conftest import allowed
from tests.pkgops.web_project import write

ACCOUNT = "123456789012"


@pytest.mark.parametrize("stage", ["dev", "prod"])
def test_files_and_tags_are_written_on_every_stage(tmp_path: Path, stage: str) -> None:
    project = load(stage, "shop", write(tmp_path / "project", FILES), environ={})
    take_build(project, write_build(tmp_path / "made", machine="arm64"))
    rows = allowed(policies(project, synthesized(project), ACCOUNT, exclusive=False))
    ending = "" if stage == "prod" else f"-{stage}"
    put = {resource for action, resource, _ in rows if action == "dynamodb:PutItem"}
    assert put == {f"arn:aws:dynamodb:us-east-1:{ACCOUNT}:table/shop-tags{ending}"}
    objects = {resource for action, resource, _ in rows if action == "s3:PutObject" and "assets" in resource}
    assert objects == {f"arn:aws:s3:::shop-assets-{ACCOUNT}{ending}/*"}
    assert "cloudfront:CreateInvalidation" in {action for action, _, _ in rows}


def test_without_a_build_there_are_no_tags(tmp_path: Path) -> None:
    project = load("prod", "shop", write(tmp_path / "project", FILES), environ={})
    rows = allowed(policies(project, synthesized(project), ACCOUNT, exclusive=False))
    assert not [resource for action, resource, _ in rows if action == "dynamodb:PutItem"]


@pytest.mark.parametrize("stage", ["dev", "prod"])
def test_the_code_of_an_application_is_read_without_any_function_of_python(tmp_path: Path, stage: str) -> None:
    project = load(stage, "shop", write(tmp_path / "project", FILES), environ={})
    take_build(project, write_build(tmp_path / "made", machine="arm64"))
    stacks = synthesized(project)
    keys = [
        str(one["Properties"]["Code"]["S3Key"])
        for stack in stacks
        for _, one in resources(stack.template, "AWS::Lambda::Function")
        if "S3Key" in one["Properties"]["Code"]
    ]
    assert keys
    assert {key.partition("//")[0] for key in keys} == {"bundle:"}
    rows = allowed(policies(project, stacks, ACCOUNT, exclusive=False))
    code = f"arn:aws:s3:::pkgops-artifacts-{stage}-{ACCOUNT}-us-east-1/shop/*"
    assert {"s3:GetObject", "s3:PutObject"} <= {action for action, resource, _ in rows if resource == code}
