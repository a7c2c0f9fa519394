"""Schemas as an oracle: is what the templates set read by the emulator, or said not to be; does what they ask exist?"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from functools import cache
from typing import Any

import pytest
from cfnlint.schema.manager import PROVIDER_SCHEMA_MANAGER

from tests.pkgops.local.provisioner_reads import read
from tests.repository import ROOT

PAGE = (ROOT / "docs/reference/emulator.md").read_text(encoding="utf-8")
GOLDENS = sorted((ROOT / "tests/golden").rglob("*.json"))
# Type and property that nothing reads -> what docs/reference/emulator.md says of it.
UNREAD = {
    ("AWS::ApiGateway::Stage", "AccessLogSetting"): "canaries, caches and access logs are without effect",
    ("AWS::ApiGateway::Stage", "CacheClusterEnabled"): "canaries, caches and access logs are without effect",
    ("AWS::CodeDeploy::Application", "ComputePlatform"): "CodeDeploy shifts no traffic",
    ("AWS::CodeDeploy::DeploymentGroup", "AlarmConfiguration"): "CodeDeploy shifts no traffic",
    ("AWS::CodeDeploy::DeploymentGroup", "AutoRollbackConfiguration"): "CodeDeploy shifts no traffic",
    ("AWS::CodeDeploy::DeploymentGroup", "DeploymentStyle"): "CodeDeploy shifts no traffic",
    ("AWS::CodeDeploy::DeploymentGroup", "ServiceRoleArn"): "CodeDeploy shifts no traffic",
    ("AWS::EC2::FlowLog", "DeliverLogsPermissionArn"): "everything reaches everything, and flow logs stay empty",
    ("AWS::EC2::SecurityGroupIngress", "FromPort"): "everything reaches everything",
    ("AWS::EC2::SecurityGroupIngress", "IpProtocol"): "everything reaches everything",
    ("AWS::EC2::SecurityGroupIngress", "SourceSecurityGroupId"): "everything reaches everything",
    ("AWS::EC2::SecurityGroupIngress", "ToPort"): "everything reaches everything",
    ("AWS::RDS::DBCluster", "EnableCloudwatchLogsExports"): "`EnableCloudwatchLogsExports`",
    ("AWS::SNS::Topic", "KmsMasterKeyId"): "`KmsMasterKeyId` are dropped",
}


@cache
def resources() -> tuple[tuple[str, str, dict[str, Any], dict[str, Any]], ...]:
    """(golden, logical id, resource, template) of every resource of every golden."""
    templates = [(path.relative_to(ROOT / "tests/golden").as_posix(), json.loads(path.read_text())) for path in GOLDENS]
    return tuple((name, key, one, made) for name, made in templates for key, one in made["Resources"].items())


def schema(kind: str) -> dict[str, Any]:
    found: dict[str, Any] = PROVIDER_SCHEMA_MANAGER.get_resource_schema("us-east-1", kind).schema
    return found


def test_every_property_is_read_or_said_not_to_be() -> None:
    unread = {(one["Type"], name) for _, _, one, _ in resources() for name in one.get("Properties", {})}
    unread = {(kind, name) for kind, name in unread if name not in read(kind)}
    assert sorted(unread - UNREAD.keys()) == [], "have a polyfill read it, or say so in docs/reference/emulator.md"
    assert sorted(UNREAD.keys() - unread) == [], "these are read now, or not set any more"


@pytest.mark.parametrize("said", sorted(set(UNREAD.values())))
def test_what_is_unread_is_on_the_page(said: str) -> None:
    assert said in PAGE


def test_every_property_is_in_the_schemas() -> None:
    strange = {
        (one["Type"], name)
        for _, _, one, _ in resources()
        for name in one.get("Properties", {})
        if name not in schema(one["Type"])["properties"]
    }
    assert strange == set()


def attributes(value: Any) -> Iterator[tuple[str, str]]:
    """(logical id, attribute) of every GetAtt and of every Sub that has one."""
    if isinstance(value, dict):
        for name, inner in value.items():
            if name == "Fn::GetAtt":
                parts = inner if isinstance(inner, list) else inner.split(".", 1)
                yield parts[0], parts[1]
            elif name == "Fn::Sub":
                text = inner if isinstance(inner, str) else inner[0]
                yield from re.findall(r"\$\{(\w+)\.([\w.]+)\}", text)
            yield from attributes(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from attributes(inner)


def exists(kind: str, attribute: str) -> bool:
    """Whether the schema returns the attribute: nested stacks, custom resources and the like return what they want."""
    paths = {path.removeprefix("/properties/").replace("/", ".") for path in schema(kind).get("readOnlyProperties", [])}
    return attribute in paths or attribute in schema(kind)["properties"] or attribute.startswith("Outputs.")


def test_every_attribute_exists() -> None:
    asked: set[tuple[str, str]] = set()
    for path in GOLDENS:
        made = json.loads(path.read_text())
        kinds = {key: one["Type"] for key, one in made["Resources"].items()}
        asked |= {(kinds[key], name) for key, name in attributes(made) if key in kinds}
    assert len(asked) > 20
    assert sorted(one for one in asked if not exists(*one)) == []
