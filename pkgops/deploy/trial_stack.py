"""What is the throw-away stack of `pkgops verify` made of?"""

from __future__ import annotations

from typing import Any

from pkgops.runtimes import supported

GROUP = "AWS::Logs::LogGroup"
ALIAS = "live"
PRINTED = "printed by pkgops verify"
_ALL_AT_ONCE = "CodeDeployDefault.LambdaAllAtOnce"
_MOVING = "arn:aws:iam::aws:policy/service-role/AWSCodeDeployRoleForLambdaLimited"
_FUNCTION = {"Ref": "Function"}
_CODE = """
def handler(event, context):
    print({printed!r})
    return {answer}
"""


def group_name(stack: str) -> str:
    """The log group's name."""
    return f"/pkgops/{stack}"


def template(stack: str, **more: dict[str, Any]) -> dict[str, Any]:
    """A queue, a log group that stays, and ``more`` resources."""
    kept = {"DeletionPolicy": "Retain", "UpdateReplacePolicy": "Retain"}
    group = {"Type": GROUP, "Properties": {"LogGroupName": group_name(stack), "RetentionInDays": 1}, **kept}
    return {"Resources": {"Queue": {"Type": "AWS::SQS::Queue"}, "Group": group, **more}, "Outputs": {}}


def function(stack: str, answer: int) -> dict[str, Any]:
    """A function that prints a line into the log group and returns ``answer``, 1 at first, and an alias that CodeDeploy
    moves to its newest version, which has that number."""
    write = {"Effect": "Allow", "Action": ["logs:CreateLogStream", "logs:PutLogEvents"]}
    logging = {**write, "Resource": {"Fn::GetAtt": ["Group", "Arn"]}}
    code = {"ZipFile": _CODE.format(printed=PRINTED, answer=answer)}
    properties = {
        "FunctionName": stack,
        "Runtime": list(supported())[-1],
        "Handler": "index.handler",
        "Code": code,
        "Role": {"Fn::GetAtt": ["FunctionRole", "Arn"]},
        "LoggingConfig": {"LogGroup": {"Ref": "Group"}},
    }
    versions = {f"Version{number}": _made("Lambda::Version", FunctionName=_FUNCTION) for number in range(1, answer + 1)}
    newest_version = {"Fn::GetAtt": [f"Version{answer}", "Version"]}
    alias = _made("Lambda::Alias", Name=ALIAS, FunctionName=_FUNCTION, FunctionVersion=newest_version)
    rollout = {"ApplicationName": {"Ref": "Application"}, "DeploymentGroupName": {"Ref": "Rollout"}}
    return {
        "FunctionRole": _role("lambda", Policies=[_policy(logging)]),
        "Function": {"Type": "AWS::Lambda::Function", "Properties": properties},
        **versions,
        "Alias": {**alias, "UpdatePolicy": {"CodeDeployLambdaAliasUpdate": rollout}},
        "Application": _made("CodeDeploy::Application", ComputePlatform="Lambda"),
        "RolloutRole": _role("codedeploy", ManagedPolicyArns=[_MOVING]),
        "Rollout": _made(
            "CodeDeploy::DeploymentGroup",
            ApplicationName={"Ref": "Application"},
            DeploymentConfigName=_ALL_AT_ONCE,
            DeploymentStyle={"DeploymentOption": "WITH_TRAFFIC_CONTROL", "DeploymentType": "BLUE_GREEN"},
            ServiceRoleArn={"Fn::GetAtt": ["RolloutRole", "Arn"]},
        ),
    }


def _made(kind: str, **properties: Any) -> dict[str, Any]:
    return {"Type": f"AWS::{kind}", "Properties": properties}


def _role(service: str, **granted: Any) -> dict[str, Any]:
    trusted = {"Effect": "Allow", "Principal": {"Service": f"{service}.amazonaws.com"}, "Action": "sts:AssumeRole"}
    trust = {"Version": "2012-10-17", "Statement": [trusted]}
    return _made("IAM::Role", AssumeRolePolicyDocument=trust, **granted)


def _policy(statement: dict[str, Any]) -> dict[str, Any]:
    return {"PolicyName": "Access", "PolicyDocument": {"Version": "2012-10-17", "Statement": [statement]}}
