"""Canary deployments of functions: new code gets a tenth of the calls first.

Callers invoke the alias ``live``. CodeDeploy moves it to a new version in two steps, and back if the function's alarm
fires meanwhile. A version is published whenever code or configuration changes (`pkgops.build.versions`). The emulator
shifts no traffic: on stage ``local`` callers invoke the function itself.
"""

from __future__ import annotations

from typing import Any

from troposphere import GetAtt, Ref, Sub, awslambda, codedeploy, iam
from troposphere.policies import CodeDeployLambdaAliasUpdate, UpdatePolicy

from pkgops.kit.grants import trust_policy
from pkgops.kit.naming import logical_id
from pkgops.scope import Scope

ALIAS = "live"
_SHIFT = "CodeDeployDefault.LambdaCanary10Percent5Minutes"
_POLICY = "arn:${AWS::Partition}:iam::aws:policy/service-role/AWSCodeDeployRoleForLambdaLimited"
_ROLL_BACK_ON = ["DEPLOYMENT_FAILURE", "DEPLOYMENT_STOP_ON_ALARM", "DEPLOYMENT_STOP_ON_REQUEST"]


def canary(scope: Scope, stem: str, alarm: str) -> Any:
    """Adds version, alias and deployment group of the function ``<stem>Function``; returns the alias's ARN.

    ``alarm`` is the documented name of the alarm that rolls a deployment back; the stack adds it."""
    function = Ref(f"{stem}Function")
    version = scope.add(awslambda.Version(f"{stem}Version", FunctionName=function))
    application, role = _application(scope)
    group = scope.add(
        codedeploy.DeploymentGroup(
            f"{stem}Deployments",
            ApplicationName=application,
            ServiceRoleArn=role,
            DeploymentConfigName=_SHIFT,
            DeploymentStyle=codedeploy.DeploymentStyle(
                DeploymentType="BLUE_GREEN", DeploymentOption="WITH_TRAFFIC_CONTROL"
            ),
            AutoRollbackConfiguration=codedeploy.AutoRollbackConfiguration(Enabled=True, Events=_ROLL_BACK_ON),
            AlarmConfiguration=codedeploy.AlarmConfiguration(
                Enabled=True, Alarms=[codedeploy.Alarm(Name=Ref(logical_id(scope, alarm, "Alarm")))]
            ),
        )
    )
    update = CodeDeployLambdaAliasUpdate(ApplicationName=application, DeploymentGroupName=Ref(group))
    alias = scope.add(
        awslambda.Alias(
            f"{stem}Alias",
            Name=ALIAS,
            FunctionName=function,
            FunctionVersion=GetAtt(version, "Version"),
            UpdatePolicy=UpdatePolicy(CodeDeployLambdaAliasUpdate=update),
        )
    )
    return Ref(alias)


def _application(scope: Scope) -> tuple[Any, Any]:
    """The stack's one CodeDeploy application and the ARN of its role."""
    if "CanaryApplication" not in scope.template.resources:
        scope.add(codedeploy.Application("CanaryApplication", ComputePlatform="Lambda"))
        scope.add(
            iam.Role(
                "CanaryRole",
                AssumeRolePolicyDocument=trust_policy("codedeploy"),
                ManagedPolicyArns=[Sub(_POLICY)],
            )
        )
    return Ref("CanaryApplication"), GetAtt("CanaryRole", "Arn")
