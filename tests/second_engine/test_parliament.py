"""What does parliament say of the policies of roles in production, and of those of deployers?"""

from __future__ import annotations

import json
import subprocess
from collections.abc import Mapping
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

import pytest

from pkgops.permissions.policy import _context
from tests.pkgops.permissions.conftest import ACCOUNT, Made, made, project  # noqa: F401 - fixtures
from tests.repository import SYSTEMS
from tests.second_engine.policies import by_action, role_policies

pytestmark = pytest.mark.second_engine
_ASK = """
import json, sys, warnings
warnings.simplefilter("ignore")
from parliament import analyze_policy_string
found = []
for name, document in json.load(sys.stdin).items():
    for finding in analyze_policy_string(json.dumps(document)).findings:
        found.append([name, finding.issue, json.dumps(finding.detail)])
json.dump(found, sys.stdout)
"""
MISMATCH = "RESOURCE_MISMATCH"
# (where, issue, detail), with * -> why it is no mistake.
# Its list of actions ends in April 2025; these are in cfn-lint's.
YOUNGER = (
    "apigateway:TagResource",
    "apigateway:UntagResource",
    "billing:GetBillingViewData",
    "cloudformation:DescribeEvents",
    "cognito-idp:ListUserPoolClientSecrets",
    "ec2:CreateVpcEncryptionControl",
    "ec2:DescribeVpcEncryptionControls",
    "lambda:*FunctionScalingConfig",
    "logs:PutLogGroupDeletionProtection",
    "s3:*BucketAbac",
    "s3:UpdateBucketMetadata*TableConfiguration",
)
# Handlers list it, for what no template of ours asks for.
NOT_USED = (
    "dynamodb:*ResourcePolicy",
    "dynamodb:DescribeImport",
    "ec2:*NatGatewayAddress",
    "rds:CreateDBSnapshot",  # of an instance without a cluster
    "rds:DescribeDBClusterAutomatedBackups",
    "rds:RemoveFromGlobalCluster",
    "rds:Restore*",
    "rds:StartDBInstanceAutomatedBackupsReplication",
)
# Its list has no resource for these yet, the current one has.
ON_RESOURCES = ("ses:CreateEmailIdentity", "sns:*SubscriptionAttributes", "sns:Unsubscribe")
IN_VPC = "stream_sales/stack/*Role"
# (where, issue, detail), with * -> why it is no mistake.
REASONS = {
    **{("*/deployer", "UNKNOWN_ACTION", f"*{action}*"): "younger than its list" for action in YOUNGER},
    **{("*/deployer", MISMATCH, f"*{action}*"): "listed for what is not used" for action in NOT_USED},
    **{("*/deployer", MISMATCH, f"*{action}*"): "has a resource now" for action in ON_RESOURCES},
    (
        "*/deployer",
        "RESOURCE_STAR",
        "*cloudfront:Create*",
    ): "CloudFront's ids are random, and it lists these as patterns",
    (
        "pkgwatch/pipeline/*",
        MISMATCH,
        "*dynamodb:ListStreams*",
    ): "Lambda asks for it, and AWS SAM's policy grants it so",
    (IN_VPC, "RESOURCE_STAR", "*ec2:*NetworkInterface*"): "network interfaces have no ARN before Lambda makes them",
    (IN_VPC, "UNKNOWN_CONDITION_FOR_ACTION", "*lambda:SourceFunctionArn*"): "Lambda's developer guide has it so",
}


@pytest.fixture(scope="module")
def ask(programs: Path) -> Any:
    def asked(documents: Mapping[str, Any]) -> list[tuple[str, str, str]]:
        command = [str(programs / "python"), "-W", "ignore", "-c", _ASK]
        done = subprocess.run(command, input=json.dumps(documents), capture_output=True, text=True, check=True)
        return [tuple(row) for row in json.loads(done.stdout)]

    return asked


def test_a_mistake_is_found(ask: Any) -> None:
    """That the program is asked rightly."""
    wrong = {"Effect": "Allow", "Action": "s3:GetObjekt", "Resource": "arn:aws:s3:::files/*"}
    found = ask({"here": {"Version": "2012-10-17", "Statement": [wrong]}})
    assert [(name, issue) for name, issue, _ in found] == [("here", "UNKNOWN_ACTION")]


def test_every_finding_has_a_reason(ask: Any, made: Made, project: Any) -> None:  # noqa: F811
    """A statement needs not have all resources of an action: another one of the same role or deployer may."""
    single: dict[str, Any] = {}
    holders: dict[str, list[Any]] = {}
    for system in SYSTEMS:
        context = _context(*project(system, "prod"), ACCOUNT)
        for name, document in role_policies(context):
            holders.setdefault(f"{system}/{name}", []).append(document)
        holders[f"{system}/deployer"] = [one.document for one in made(system, "prod")]
    for holder, documents in holders.items():
        single |= {f"{holder} {number}": document for number, document in enumerate(documents)}
    found = {(name.partition(" ")[0], issue, detail) for name, issue, detail in ask(single) if issue != MISMATCH}
    together = ask({holder: by_action(documents) for holder, documents in holders.items()})
    found |= {row for row in together if row[1] == MISMATCH}
    assert {one for one in found if not any(all(map(fnmatchcase, one, rule)) for rule in REASONS)} == set()
    assert {rule for rule in REASONS if not any(all(map(fnmatchcase, one, rule)) for one in found)} == set()
