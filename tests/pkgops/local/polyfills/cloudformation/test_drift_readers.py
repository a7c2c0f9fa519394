"""Contract: what drift detection looks at."""

from __future__ import annotations

import json

import pytest

from tests.pkgops.local.polyfills.resources import TRUST

pytestmark = pytest.mark.emulator

ALLOWED = {
    "Version": "2012-10-17",
    "Statement": [{"Effect": "Allow", "Action": ["sqs:SendMessage"], "Resource": "*"}],
}
WIDER = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "sqs:*", "Resource": "*"}]}


def system(name):
    """One resource of each type the polyfill reads, and a policy that is a resource of its own."""
    alarm = {
        "AlarmName": name,
        "Namespace": "AWS/SQS",
        "MetricName": "ApproximateAgeOfOldestMessage",
        "Statistic": "Maximum",
        "Period": 300,
        "EvaluationPeriods": 1,
        "Threshold": 900,
        "ComparisonOperator": "GreaterThanThreshold",
        "Dimensions": [{"Name": "QueueName", "Value": name}],
    }
    rule = {
        "Name": name,
        "ScheduleExpression": "rate(1 day)",
        "State": "ENABLED",
        "Targets": [{"Id": "one", "Arn": f"arn:aws:sqs:us-east-1:000000000000:{name}"}],
    }
    role = {
        "RoleName": name,
        "AssumeRolePolicyDocument": TRUST,
        "ManagedPolicyArns": ["arn:aws:iam::aws:policy/ReadOnlyAccess"],
        "Policies": [{"PolicyName": "send", "PolicyDocument": ALLOWED}],
    }
    policy = {"PolicyName": f"{name}-own", "PolicyDocument": ALLOWED, "Roles": [{"Ref": "Role"}]}
    return {
        "Alarm": {"Type": "AWS::CloudWatch::Alarm", "Properties": alarm},
        "Rule": {"Type": "AWS::Events::Rule", "Properties": rule},
        "Role": {"Type": "AWS::IAM::Role", "Properties": role},
        "Policy": {"Type": "AWS::IAM::Policy", "Properties": policy},
        "Secret": {"Type": "AWS::SecretsManager::Secret", "Properties": {"Name": name, "Description": "d"}},
    }


def drifts(aws, stack):
    """Logical id -> status and the paths that differ."""
    aws("cloudformation").detect_stack_drift(StackName=stack.name)
    rows = aws("cloudformation").describe_stack_resource_drifts(StackName=stack.name)["StackResourceDrifts"]
    return {
        row["LogicalResourceId"]: (
            row["StackResourceDriftStatus"],
            sorted(one["PropertyPath"] for one in row.get("PropertyDifferences", [])),
        )
        for row in rows
    }


def test_what_was_just_deployed_has_not_drifted(aws, deploy, unique):
    stack = deploy(system(unique("drift")))
    assert stack.status == "CREATE_COMPLETE"
    assert drifts(aws, stack) == dict.fromkeys(("Alarm", "Role", "Rule", "Secret"), ("IN_SYNC", []))


def test_what_was_changed_by_hand_is_found(aws, deploy, unique):
    name = unique("drift")
    resources = system(name)
    stack = deploy(resources)
    alarm = {key: value for key, value in resources["Alarm"]["Properties"].items() if key != "Threshold"}
    aws("cloudwatch").put_metric_alarm(**alarm, Threshold=5.5)
    aws("events").disable_rule(Name=name)
    aws("events").put_targets(Rule=name, Targets=[{"Id": "two", "Arn": "arn:aws:sqs:us-east-1:000000000000:x"}])
    aws("iam").put_role_policy(RoleName=name, PolicyName="send", PolicyDocument=json.dumps(WIDER))
    aws("iam").put_role_policy(RoleName=name, PolicyName="by-hand", PolicyDocument=json.dumps(WIDER))
    aws("secretsmanager").update_secret(SecretId=name, Description="other")
    assert drifts(aws, stack) == {
        "Alarm": ("MODIFIED", ["/Threshold"]),
        "Rule": ("MODIFIED", ["/State", "/Targets/1"]),
        "Role": ("MODIFIED", ["/Policies/0/PolicyDocument/Statement/0/Action", "/Policies/1"]),
        "Secret": ("MODIFIED", ["/Description"]),
    }


def test_what_was_deleted_by_hand_is_found(aws, deploy, unique):
    name = unique("drift")
    stack = deploy(system(name))
    aws("cloudwatch").delete_alarms(AlarmNames=[name])
    aws("secretsmanager").delete_secret(SecretId=name, ForceDeleteWithoutRecovery=True)
    found = drifts(aws, stack)
    assert (found["Alarm"], found["Secret"]) == (("DELETED", []), ("DELETED", []))
