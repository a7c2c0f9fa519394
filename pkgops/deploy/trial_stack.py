"""What is the throw-away stack of `pkgops verify` made of?"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from pkgops.build.synth import SynthesizedStack
from pkgops.config import Project
from pkgops.model import Stack, System
from pkgops.runtimes import supported

GROUP = "AWS::Logs::LogGroup"
ALIAS = "live"
PRINTED = "printed by pkgops verify"
CHANGED = "Changed"  # the role that is changed by hand
AT_ONCE = "CodeDeployDefault.LambdaAllAtOnce"
IN_STEPS = "CodeDeployDefault.LambdaCanary10Percent5Minutes"  # that of the kit's canaries
_MOVING = "arn:aws:iam::aws:policy/service-role/AWSCodeDeployRoleForLambdaLimited"
_FUNCTION = {"Ref": "Function"}
_CODE = """
def handler(event, context):
    print({printed!r})
    return {answer}
"""


@dataclass(frozen=True, slots=True)
class _Settings:
    """Nothing to set."""


SYSTEM = System(
    key="verify",
    title="pkgops: what is tried on AWS",
    stacks=(Stack("stack", "PkgopsVerify"),),
    settings=_Settings,
    environments={},
    check=lambda _stage, _settings: [],
    tags=lambda stage: {"ManagedBy": "pkgops", "Environment": stage.name},
)


def system_of(project: Project) -> Project:
    """The stage with the throw-away stack as its system."""
    return replace(project, system=SYSTEM, settings=_Settings())


def stack_name(project: Project) -> str:
    """The throw-away stack's name on a stage."""
    return f"{SYSTEM.stacks[0].name}-{project.stage.name}"


def stack_of(project: Project, template: dict[str, Any]) -> SynthesizedStack:
    """A template as the pipeline hands it on."""
    tags = SYSTEM.tags(project.stage)
    return SynthesizedStack(SYSTEM.key, SYSTEM.stacks[0].key, stack_name(project), template, {}, tags)


def group_name(stack: str) -> str:
    """The log group's name."""
    return f"/pkgops/{stack}"


def template(stack: str, **more: dict[str, Any]) -> dict[str, Any]:
    """A queue, a log group that stays, and ``more`` resources."""
    kept = {"DeletionPolicy": "Retain", "UpdateReplacePolicy": "Retain"}
    group = {"Type": GROUP, "Properties": {"LogGroupName": group_name(stack), "RetentionInDays": 1}, **kept}
    return {"Resources": {"Queue": {"Type": "AWS::SQS::Queue"}, "Group": group, **more}, "Outputs": {}}


def owned(stack: str, **more: dict[str, Any]) -> dict[str, Any]:
    """The same with a log group that is deleted with the stack."""
    made = template(stack, **more)
    made["Resources"]["Group"] |= {"DeletionPolicy": "Delete", "UpdateReplacePolicy": "Delete"}
    made["Resources"]["Group"]["Properties"]["RetentionInDays"] = 3
    return made


def function(stack: str, answer: int, steps: str = IN_STEPS) -> dict[str, Any]:
    """A function that prints a line into the log group and returns ``answer``, 1 at first, and an alias that CodeDeploy
    moves to its newest version, which has that number, in the steps of a deployment configuration; and a role that
    nothing uses."""
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
        CHANGED: _role("lambda"),
        "FunctionRole": _role("lambda", Policies=[_policy(logging)]),
        "Function": {"Type": "AWS::Lambda::Function", "Properties": properties},
        **versions,
        "Alias": {**alias, "UpdatePolicy": {"CodeDeployLambdaAliasUpdate": rollout}},
        "Application": _made("CodeDeploy::Application", ComputePlatform="Lambda"),
        "RolloutRole": _role("codedeploy", ManagedPolicyArns=[_MOVING]),
        "Rollout": _made(
            "CodeDeploy::DeploymentGroup",
            ApplicationName={"Ref": "Application"},
            DeploymentConfigName=steps,
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
