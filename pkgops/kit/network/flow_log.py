"""Flow logs: who has connected to whom in a VPC, kept in a log group."""

from __future__ import annotations

from typing import Any

from awacs import logs as logs_actions
from awacs.aws import PolicyDocument
from troposphere import GetAtt, Ref, ec2, iam
from troposphere import logs as cloudwatch_logs

from pkgops.kit import grants
from pkgops.scope import Scope


def flow_log(scope: Scope, vpc: Any, name: str, days: int) -> None:
    """Records all traffic of a VPC in the log group of the documented ``name``, for that many days. The role that
    writes there reaches this one group."""
    group = cloudwatch_logs.LogGroup("FlowLogGroup", LogGroupName=scope.named(name), RetentionInDays=days)
    arn = GetAtt(scope.add(group), "Arn")
    actions = [logs_actions.CreateLogStream, logs_actions.DescribeLogStreams, logs_actions.PutLogEvents]
    document = PolicyDocument(Version="2012-10-17", Statement=[grants.allow(actions, arn)])
    role = iam.Role(
        "FlowLogRole",
        AssumeRolePolicyDocument=grants.trust_policy("vpc-flow-logs"),
        Policies=[iam.Policy(PolicyName="Access", PolicyDocument=document)],
    )
    made = ec2.FlowLog(
        "FlowLog",
        ResourceId=vpc,
        ResourceType="VPC",
        TrafficType="ALL",
        LogDestinationType="cloud-watch-logs",
        LogGroupName=Ref(group),
        DeliverLogsPermissionArn=GetAtt(scope.add(role), "Arn"),
    )
    scope.add(made)
