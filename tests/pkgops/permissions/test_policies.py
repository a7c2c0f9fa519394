"""The policies of the systems allow what is needed, and little else."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from fnmatch import fnmatchcase

import pytest

from pkgops.build.build import synthesized
from pkgops.build.synth import resources
from pkgops.config import load
from pkgops.model import Stage
from pkgops.permissions.broad_grants import UNNAMED, broad_grants
from pkgops.permissions.policy import has_own_account, policies, unlisted_types
from pkgops.permissions.statements import ATTACHED, LIMIT
from tests.pkgops.permissions.conftest import ACCOUNT, allowed
from tests.pkgops.web_project import FILES, write
from tests.repository import SYSTEMS, load_system

STAGES = ("local", "dev", "prod")
EVERY = [(system, stage) for system in SYSTEMS for stage in STAGES]
every = pytest.mark.parametrize(("system", "stage"), EVERY)
WRITES = re.compile(r":(Create|Put|Update|Delete|Add|Attach|Pass|Set|Tag|Untag|Admin|Invoke|Send)")
# Real, but younger than cfn-lint's list of actions; and one whose other resources another statement names.
EXPECTED = {"'tagresource'", "'untagresource'", "action 'apigateway:PUT'"}


def plain(name):
    """Stacks, functions and parameters spell a system's name differently: AlwaysCoder, always-coder, always_coder."""
    return re.sub("[-_]", "", name.lower())


@every
def test_iam_takes_them(made, system, stage):
    found = made(system, stage)
    assert 0 < len(found) <= ATTACHED
    for policy in found:
        assert len(re.sub(r"\s", "", json.dumps(policy.document))) <= LIMIT
        assert json.loads(json.dumps(policy.document))["Version"] == "2012-10-17"
    names = [policy.name for policy in found]
    assert names[0].startswith(f"pkgops-{system}-{stage}")
    assert len(set(names)) == len(names)


def test_cfn_lint_knows_every_action_and_finds_it_on_a_resource_it_takes(made):
    """I3510 compares actions with the kinds of resources they take, W3037 with those there are."""
    from cfnlint.api import ManualArgs, lint

    documents = [policy.document for system, stage in EVERY if stage != "local" for policy in made(system, stage)]
    resources = {
        f"Policy{number}": {"Type": "AWS::IAM::ManagedPolicy", "Properties": {"PolicyDocument": document}}
        for number, document in enumerate(documents)
    }
    found = lint(json.dumps({"Resources": resources}), config=ManualArgs(regions=["us-east-1"], include_checks=["I"]))
    assert not [match for match in found if not match.message.startswith(tuple(EXPECTED))]


@every
def test_nothing_is_allowed_wholesale(made, system, stage):
    documents = [policy.document for policy in made(system, stage)]
    actions = {action for action, _, _ in allowed(made(system, stage)) if "*" in action}
    assert actions <= {"lambda:EnableReplication*", "lambda:DisableReplication*"}  # AWS spells them with the star
    rows = broad_grants(documents)
    assert not [row for row in rows if row.reason == UNNAMED]
    reasoned = {row.resource for row in rows}
    bare = [resource for _, resource, _ in allowed(made(system, stage)) if resource not in reasoned]
    ours = (plain(system), "pkgops")
    assert not [resource for resource in bare if not any(name in plain(resource) for name in ours)]


# Actions that take no resource by AWS's own reference: what they make has a random id, or none at all.
WITHOUT_RESOURCE = {
    *("acm:RequestCertificate", "cognito-idp:CreateUserPool", "kms:CreateKey", "lambda:CreateEventSourceMapping"),
    *("logs:CreateLogDelivery", "logs:DeleteLogDelivery", "logs:UpdateLogDelivery", "logs:PutResourcePolicy"),
}


@every
def test_on_everything_is_allowed_little(made, system, stage):
    writes = {
        action for action, resource, _ in allowed(made(system, stage)) if resource == "*" and WRITES.search(action)
    }
    cloudfront = {action for action in writes if action.startswith("cloudfront:Create")}  # takes no resource
    assert writes - cloudfront <= WITHOUT_RESOURCE


@every
def test_roles_are_passed_to_the_services_they_trust_and_may_be_given_only_the_policies_they_have(made, system, stage):
    for action, resource, condition in allowed(made(system, stage)):
        if action == "iam:PassRole":
            assert condition["StringEquals"]["iam:PassedToService"], resource
        if action == "iam:AttachRolePolicy":
            assert "*" not in condition["ArnLike"]["iam:PolicyARN"].split("/")[-1]
        if action == "iam:CreateServiceLinkedRole":
            assert condition["StringLike"]["iam:AWSServiceName"] in resource
        assert not action.endswith("RolePermissionsBoundary")


@pytest.mark.parametrize("system", SYSTEMS)
def test_the_same_input_gives_the_same_documents(project, system):
    one, two = (policies(*project(system, "dev"), ACCOUNT, False) for _ in range(2))
    assert one == two


def test_functions_at_the_edge_are_copied_in_the_deployers_name(made):
    rows = allowed(made("always_coder", "dev"))
    copied = {resource for action, resource, _ in rows if action == "lambda:EnableReplication*"}
    assert all(":function:always-coder-dev-" in resource for resource in copied)
    linked = {
        condition["StringLike"]["iam:AWSServiceName"]
        for action, _, condition in rows
        if action == "iam:CreateServiceLinkedRole"
    }
    assert {"logger.cloudfront.amazonaws.com", "replicator.lambda.amazonaws.com"} <= linked
    assert not {action for action, _, _ in rows if "ConnectionGroup" in action or "VpcOrigin" in action}
    kept = {resource for action, resource, _ in rows if action == "lambda:DeleteFunction"}
    assert not [resource for resource in kept if "-edge-v2" in resource]


def test_kept_tables_and_buckets_cannot_be_deleted_nor_their_content_be_read(made):
    for stage in ("dev", "prod"):
        rows = allowed(made("pkgwatch", stage))
        actions = {action for action, resource, _ in rows if ":table/" in resource}
        assert "dynamodb:CreateTable" in actions
        assert not actions & {"dynamodb:DeleteTable", "dynamodb:Scan", "dynamodb:Query", "dynamodb:DeleteItem"}
        deleted = [resource for action, resource, _ in rows if action in ("s3:DeleteBucket", "s3:DeleteObject")]
        assert deleted
        assert all("pkgops-artifacts" in resource for resource in deleted)
    assert "dynamodb:DeleteTable" in {action for action, _, _ in allowed(made("kefir", "dev"))}


def test_a_protected_stage_is_not_seeded(made):
    seeding = {"dynamodb:PutItem", "cognito-idp:AdminCreateUser"}
    assert seeding <= {action for action, _, _ in allowed(made("kefir", "dev"))}
    assert not seeding & {action for action, _, _ in allowed(made("kefir", "prod"))}


@pytest.mark.parametrize("system", SYSTEMS)
def test_no_stage_reaches_another_stages_resources_in_the_same_account(made, system):
    """What the templates call their things; random ids know no stage."""
    for stage, other in (("prod", "dev"), ("dev", "prod")):
        open_ = {row.resource for row in broad_grants(policy.document for policy in made(system, stage))}
        patterns = {resource for _, resource, _ in allowed(made(system, stage))} - open_
        named = {resource for _, resource, _ in allowed(made(system, other)) if "*" not in resource}
        named = {resource for resource in named if plain(system) in plain(resource.split(":", 5)[5])}
        assert named
        reached = {name for name in named for pattern in patterns if fnmatchcase(name, pattern)}
        assert not reached


def test_alone_in_its_account_production_needs_fewer_documents(made):
    assert len(made("pkgwatch", "prod", exclusive=True)) < len(made("pkgwatch", "prod"))


def test_whether_a_stage_is_alone():
    dev, prod = Stage("dev", account="111111111111"), Stage("prod", account="222222222222")
    every = {"local": Stage("local"), "dev": dev, "prod": prod}
    assert has_own_account(prod, every)
    assert has_own_account(every["local"], every)
    assert not has_own_account(prod, every | {"dev": replace(dev, account=prod.account)})
    assert not has_own_account(prod, every | {"dev": replace(dev, account=None)})
    assert not has_own_account(replace(prod, account=None), every)


@every
def test_the_registry_lists_every_type_in_use(project, system, stage):
    assert unlisted_types(project(system, stage)[1]) == []


def test_other_partitions(project):
    found, stacks = project("kefir", "dev")
    china = replace(found, stage=replace(found.stage, region="cn-north-1"))
    resources = {resource for _, resource, _ in allowed(policies(china, stacks, ACCOUNT, True))}
    assert {resource.split(":")[1] for resource in resources if resource != "*"} == {"aws-cn"}


def test_the_policies_are_of_the_declared_secrets(made):
    names = load_system("pkgwatch").secrets
    found = {
        resource
        for action, resource, _ in allowed(made("pkgwatch", "prod"))
        if action == "secretsmanager:PutSecretValue"
    }
    arn = f"arn:aws:secretsmanager:us-east-1:{ACCOUNT}:secret:"
    assert found == {f"{arn}{name}{ending}" for name in names for ending in ("", "-??????")}


def test_who_deploys_snapshots_may_publish_versions_and_move_their_aliases(project, made):
    found, _ = project("kefir", "dev")
    snapping = replace(found, stage=replace(found.stage, snap_start=True))
    stacks = synthesized(snapping)
    rows = allowed(policies(snapping, stacks, ACCOUNT, exclusive=False))
    names = [
        body["Properties"]["FunctionName"]
        for stack in stacks
        for _, body in resources(stack.template, "AWS::Lambda::Function")
        if "SnapStart" in body["Properties"]
    ]
    assert names
    own = ("PublishVersion", "ListVersionsByFunction", "GetFunction", "UpdateFunctionConfiguration")
    of_alias = ("CreateAlias", "UpdateAlias", "GetAlias", "DeleteAlias")
    of_version = ("DeleteFunction", "GetFunction", "GetFunctionConfiguration", "AddPermission", "RemovePermission")
    for name in names:
        arn = f"arn:aws:lambda:us-east-1:{ACCOUNT}:function:{name}"
        asked = [(action, arn) for action in (*own, *of_alias)]
        asked += [(action, f"{arn}:7") for action in of_version]
        asked += [(action, f"{arn}:live") for action in (*of_alias, "AddPermission", "RemovePermission")]
        for action, resource in asked:
            granted = [row for row in rows if row[0] == f"lambda:{action}" and fnmatchcase(resource, row[1])]
            assert granted, (action, resource)
    publishing = {"lambda:PublishVersion", "lambda:CreateAlias", "lambda:DeleteAlias"}
    assert not {resource for action, resource, _ in rows if action in publishing and resource == "*"}
    assert {resource for action, resource, _ in rows if action == "lambda:DeleteAlias"}
    assert not {resource for action, resource, _ in allowed(made("kefir", "dev")) if action == "lambda:DeleteAlias"}


@pytest.mark.parametrize(("system", "listed"), [("kefir", True), ("pkgwatch", False)])
def test_only_who_has_a_pool_may_list_pools(made, system, listed):
    assert ("cognito-idp:ListUserPools" in {action for action, _, _ in allowed(made(system, "prod"))}) is listed


def test_who_deploys_a_site_may_publish_its_pages(tmp_path):
    root = write(tmp_path, FILES)
    project = load("prod", "pages", root, environ={})
    granted = allowed(policies(project, synthesized(project), ACCOUNT, exclusive=False))
    bucket = f"arn:aws:s3:::pages-site-{ACCOUNT}"
    named = {(action, resource) for action, resource, _ in granted}
    objects = ("GetObject", "PutObject", "DeleteObject", "AbortMultipartUpload")
    assert {(f"s3:{action}", f"{bucket}/*") for action in objects} <= named
    assert ("s3:ListBucket", bucket) in named
    assert ("cloudfront:CreateInvalidation", f"arn:aws:cloudfront::{ACCOUNT}:distribution/*") in named
