"""Contract: a managed policy that is attached is not deleted, neither by IAM nor with its stack."""

from __future__ import annotations

import pytest

from tests.pkgops.local.polyfills.resources import allow, role

pytestmark = pytest.mark.emulator


def policy(name, **attached):
    document = {"Version": "2012-10-17", "Statement": [allow("s3:ListAllMyBuckets", "*")]}
    properties = {"ManagedPolicyName": name, "PolicyDocument": document, **attached}
    return {"Type": "AWS::IAM::ManagedPolicy", "Properties": properties}


def test_a_policy_that_a_user_has_keeps_its_stack(deploy, aws, unique):
    name, user, iam = unique("policy"), unique("user"), aws("iam")
    stack = deploy({"Resources": {"Policy": policy(name)}, "Outputs": {"Arn": {"Value": {"Ref": "Policy"}}}})
    arn = stack.outputs["Arn"]
    iam.create_user(UserName=user)
    iam.attach_user_policy(UserName=user, PolicyArn=arn)
    with pytest.raises(iam.exceptions.DeleteConflictException):
        iam.delete_policy(PolicyArn=arn)
    stack.delete()
    assert stack.status == "DELETE_FAILED"
    assert any("Cannot delete a policy attached to entities" in reason for reason in stack.reasons)
    assert iam.get_policy(PolicyArn=arn)["Policy"]["AttachmentCount"] == 1
    iam.detach_user_policy(UserName=user, PolicyArn=arn)
    iam.delete_user(UserName=user)
    stack.delete()
    with pytest.raises(iam.exceptions.NoSuchEntityException):
        iam.get_policy(PolicyArn=arn)


def test_what_the_template_attaches_is_no_obstacle(deploy, aws, unique):
    listed, having = role(unique("listed")), role(unique("having"))
    having["Properties"]["ManagedPolicyArns"] = [{"Ref": "Policy"}]
    own = policy(unique("policy"), Roles=[{"Ref": "Listed"}])
    stack = deploy(
        {
            "Resources": {"Listed": listed, "Having": having, "Policy": own},
            "Outputs": {"Arn": {"Value": {"Ref": "Policy"}}},
        }
    )
    arn = stack.outputs["Arn"]
    stack.delete()
    iam = aws("iam")
    with pytest.raises(iam.exceptions.NoSuchEntityException):
        iam.get_policy(PolicyArn=arn)
