"""The needs of single resources, including types that no system has yet."""

from __future__ import annotations

from pkgops.build.synth import SynthesizedStack
from pkgops.permissions.arns import SystemContext
from pkgops.permissions.broad_grants import UNNAMED, broad_grants
from pkgops.permissions.needs import needs
from pkgops.permissions.statements import PatternScope, statements

ACCOUNT = "123456789012"
TRUST = {
    "Statement": [{"Effect": "Allow", "Principal": {"Service": "states.amazonaws.com"}, "Action": "sts:AssumeRole"}]
}


def context(**stacks):
    made = {key: SynthesizedStack("demo", key, f"Demo-{key}", *rest) for key, rest in stacks.items()}
    return SystemContext(made, "us-east-1", ACCOUNT)


def asked(resources, action):
    found = [need for need in needs(context(one=({"Resources": resources},))) if need.action == action]
    return sorted((need.resource, need.condition) for need in found)


def test_a_name_across_stacks_is_followed_to_its_resource():
    function = {"Type": "AWS::Lambda::Function", "Properties": {"FunctionName": "work", "Code": {}}}
    below = {"Resources": {"Work": function}, "Outputs": {"Arn": {"Value": {"Fn::GetAtt": ["Work", "Arn"]}}}}
    permission = {"Type": "AWS::Lambda::Permission", "Properties": {"FunctionName": {"Ref": "BelowArn"}}}
    both = context(below=(below,), above=({"Resources": {"May": permission}}, {"BelowArn": "below.Arn"}))
    adding = {need.resource for need in needs(both) if need.action == "lambda:AddPermission"}
    assert adding == {f"arn:aws:lambda:us-east-1:{ACCOUNT}:function:work"}


def test_a_role_is_passed_to_those_it_trusts_and_to_nobody_if_it_trusts_no_service():
    machine = {"Type": "AWS::StepFunctions::StateMachine", "Properties": {"RoleArn": {"Fn::GetAtt": ["Role", "Arn"]}}}
    role = {"Type": "AWS::IAM::Role", "Properties": {"AssumeRolePolicyDocument": TRUST}}
    [(resource, condition)] = asked({"Machine": machine, "Role": role}, "iam:PassRole")
    assert resource == f"arn:aws:iam::{ACCOUNT}:role/Demo-one-Role-*"
    assert condition == '{"StringEquals": {"iam:PassedToService": "states.amazonaws.com"}}'
    people = {"Statement": [{"Effect": "Allow", "Principal": {"AWS": ACCOUNT}, "Action": "sts:AssumeRole"}]}
    role = {"Type": "AWS::IAM::Role", "Properties": {"AssumeRolePolicyDocument": people}}
    assert asked({"Machine": machine, "Role": role}, "iam:PassRole") == []


def test_a_role_named_by_its_arn_is_passed_to_the_types_service():
    arn = f"arn:aws:iam::{ACCOUNT}:role/elsewhere"
    function = {"Type": "AWS::Lambda::Function", "Properties": {"FunctionName": "work", "Role": arn}}
    condition = '{"StringEquals": {"iam:PassedToService": "lambda.amazonaws.com"}}'
    assert asked({"Work": function}, "iam:PassRole") == [(arn, condition)]


def test_a_long_name_that_cloudformation_would_cut_keeps_only_its_certain_beginning():
    role = {"Type": "AWS::IAM::Role", "Properties": {"AssumeRolePolicyDocument": TRUST}}
    [(resource, _)] = asked({"R" * 60: role}, "iam:CreateRole")
    assert resource == f"arn:aws:iam::{ACCOUNT}:role/Demo-one*"


def test_a_key_is_used_through_the_service_that_encrypts():
    key = {"Type": "AWS::KMS::Key", "Properties": {}}
    topic = {"Type": "AWS::SNS::Topic", "Properties": {"TopicName": "t"}}
    assert asked({"Key": key, "Topic": topic}, "kms:Decrypt") == []
    group = {"Type": "AWS::Lambda::Function", "Properties": {"FunctionName": "f", "KmsKeyArn": {"Ref": "Key"}}}
    [(resource, condition)] = asked({"Key": key, "Work": group}, "kms:Decrypt")
    assert resource.endswith(":key/*")
    assert '"kms:ViaService": "lambda.us-east-1.amazonaws.com"' in condition


def test_an_unknown_type_gets_the_documented_pattern_of_its_kind_and_is_reported():
    cluster = {"Type": "AWS::Kinesis::Stream", "Properties": {"Name": "clicks"}}
    pattern = f"arn:aws:kinesis:us-east-1:{ACCOUNT}:stream/*"
    assert asked({"Clicks": cluster}, "kinesis:CreateStream") == [(pattern, "")]
    made = statements(needs(context(one=({"Resources": {"Clicks": cluster}},))), PatternScope("dev"))
    rows = broad_grants([{"Statement": made}])
    assert (pattern, UNNAMED) in {(row.resource, row.reason) for row in rows}
