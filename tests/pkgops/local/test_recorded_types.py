"""Contract: types that are only recorded (polyfills budget, backup_selection, web_acl_association, alarm_math)."""

from __future__ import annotations

import pytest

from tests.pkgops.local.test_names import TRUST

pytestmark = pytest.mark.emulator


def test_a_budget_with_its_notifications(deploy, unique, aws):
    name = unique("budget")

    def template(amount):
        budget = {
            "BudgetName": name,
            "BudgetType": "COST",
            "TimeUnit": "MONTHLY",
            "BudgetLimit": {"Amount": amount, "Unit": "USD"},
        }
        notification = {
            "Notification": {"NotificationType": "ACTUAL", "ComparisonOperator": "GREATER_THAN", "Threshold": 80},
            "Subscribers": [{"SubscriptionType": "EMAIL", "Address": "a@example.com"}],
        }
        properties = {"Budget": budget, "NotificationsWithSubscribers": [notification]}
        return {"Resources": {"Budget": {"Type": "AWS::Budgets::Budget", "Properties": properties}}}

    def limit():
        found = aws("budgets").describe_budget(AccountId="000000000000", BudgetName=name)["Budget"]
        return float(found["BudgetLimit"]["Amount"])

    stack = deploy(template(200))
    assert stack.status == "CREATE_COMPLETE"
    assert limit() == 200
    rows = aws("budgets").describe_notifications_for_budget(AccountId="000000000000", BudgetName=name)["Notifications"]
    assert [row["Threshold"] for row in rows] == [80.0]
    assert stack.update(template(300)).status == "UPDATE_COMPLETE"
    assert limit() == 300
    assert stack.delete().status == "DELETE_COMPLETE"
    with pytest.raises(aws("budgets").exceptions.NotFoundException):
        limit()


def test_a_backup_plan_with_its_selection(deploy, unique, aws):
    stack = deploy(
        {
            "Vault": {"Type": "AWS::Backup::BackupVault", "Properties": {"BackupVaultName": unique("vault")}},
            "Plan": {
                "Type": "AWS::Backup::BackupPlan",
                "Properties": {
                    "BackupPlan": {
                        "BackupPlanName": unique("plan"),
                        "BackupPlanRule": [{"RuleName": "Daily", "TargetBackupVault": {"Ref": "Vault"}}],
                    }
                },
            },
            "Role": {"Type": "AWS::IAM::Role", "Properties": {"AssumeRolePolicyDocument": TRUST}},
            "Selection": {
                "Type": "AWS::Backup::BackupSelection",
                "Properties": {
                    "BackupPlanId": {"Ref": "Plan"},
                    "BackupSelection": {
                        "SelectionName": "tables",
                        "IamRoleArn": {"Fn::GetAtt": ["Role", "Arn"]},
                        "Resources": ["arn:aws:dynamodb:us-east-1:000000000000:table/x"],
                    },
                },
            },
        }
    )
    assert stack.status == "CREATE_COMPLETE"
    rows = aws("backup").list_backup_selections(BackupPlanId=stack.physical("Plan"))["BackupSelectionsList"]
    assert [row["SelectionName"] for row in rows] == ["tables"]
    assert stack.delete().status == "DELETE_COMPLETE"


def test_a_web_acl_is_associated_and_let_go(deploy, unique, aws):
    visible = {"SampledRequestsEnabled": True, "CloudWatchMetricsEnabled": True, "MetricName": "acl"}
    acl = {
        "Type": "AWS::WAFv2::WebACL",
        "Properties": {
            "Name": unique("acl"),
            "Scope": "REGIONAL",
            "DefaultAction": {"Allow": {}},
            "VisibilityConfig": visible,
        },
    }
    stage = f"arn:aws:apigateway:us-east-1::/restapis/{unique('api')}/stages/v1"
    association = {
        "Type": "AWS::WAFv2::WebACLAssociation",
        "Properties": {"WebACLArn": {"Fn::GetAtt": ["Acl", "Arn"]}, "ResourceArn": stage},
    }
    stack = deploy({"Acl": acl, "Association": association})
    assert stack.status == "CREATE_COMPLETE"
    found = aws("wafv2").get_web_acl_for_resource(ResourceArn=stage)["WebACL"]
    assert found["Name"] == acl["Properties"]["Name"]
    stack.update({"Resources": {"Acl": acl}})
    with pytest.raises(aws("wafv2").exceptions.WAFNonexistentItemException):
        aws("wafv2").get_web_acl_for_resource(ResourceArn=stage)


def test_an_alarm_over_metric_math_is_accepted(deploy, unique, aws):
    name = unique("throttling")
    stat = {"Metric": {"Namespace": "AWS/DynamoDB", "MetricName": "ThrottledRequests"}, "Period": 300, "Stat": "Sum"}
    alarm = {
        "Type": "AWS::CloudWatch::Alarm",
        "Properties": {
            "AlarmName": name,
            "ComparisonOperator": "GreaterThanOrEqualToThreshold",
            "EvaluationPeriods": 2,
            "Threshold": 10,
            "Metrics": [
                {"Id": "total", "Expression": "SUM(METRICS())", "ReturnData": True},
                {"Id": "put", "MetricStat": stat, "ReturnData": False},
            ],
        },
    }
    stack = deploy({"Alarm": alarm})
    assert stack.status == "CREATE_COMPLETE"
    (found,) = aws("cloudwatch").describe_alarms(AlarmNames=[name])["MetricAlarms"]
    assert found["Period"] == 300
    assert found["StateValue"] == "INSUFFICIENT_DATA"


def test_types_without_a_service_get_a_name(deploy, unique):
    name = unique("app")
    resources = {
        "App": {"Type": "AWS::CodeDeploy::Application", "Properties": {"ApplicationName": name}},
        "Group": {
            "Type": "AWS::CodeDeploy::DeploymentGroup",
            "Properties": {"ApplicationName": {"Ref": "App"}, "ServiceRoleArn": "arn:aws:iam::000000000000:role/x"},
        },
    }
    stack = deploy({"Resources": resources, "Outputs": {"App": {"Value": {"Ref": "App"}}}})
    assert stack.status == "CREATE_COMPLETE"
    assert stack.outputs == {"App": name}
    group = stack.physical("Group")
    resources["Group"]["Properties"]["DeploymentConfigName"] = "CodeDeployDefault.LambdaCanary10Percent5Minutes"
    assert stack.update({"Resources": resources}).status == "UPDATE_COMPLETE"
    assert stack.physical("Group") == group
