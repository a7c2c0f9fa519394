"""Templates for which cfn-lint solves equations and looks for circles."""

from __future__ import annotations

from typing import Any

_PROD = {"Fn::Equals": [{"Ref": "Stage"}, "prod"]}
CONDITIONAL: dict[str, Any] = {
    "Parameters": {"Stage": {"Type": "String", "AllowedValues": ["dev", "prod"]}},
    "Conditions": {
        "Prod": _PROD,
        "Dev": {"Fn::Not": [{"Condition": "Prod"}]},
        "Both": {"Fn::And": [{"Condition": "Prod"}, {"Condition": "Dev"}]},
        "Some": {"Fn::Or": [{"Condition": "Prod"}, {"Condition": "Dev"}]},
        "Unused": {"Fn::Equals": ["a", "b"]},
    },
    "Resources": {
        "Jobs": {"Type": "AWS::SQS::Queue", "Condition": "Prod", "Properties": {"QueueName": "jobs"}},
        "More": {"Type": "AWS::SQS::Queue", "Condition": "Dev", "Properties": {"QueueName": "jobs"}},
        "Table": {
            "Type": "AWS::DynamoDB::Table",
            "Properties": {
                "TableName": {"Fn::If": ["Some", "a", {"Ref": "AWS::NoValue"}]},
                "BillingMode": "PAY_PER_REQUEST",
                "AttributeDefinitions": [{"AttributeName": "a", "AttributeType": "S"}],
                "KeySchema": [{"AttributeName": "b", "KeyType": "HASH"}],
            },
        },
        "Other": {
            "Type": "AWS::DynamoDB::Table",
            "Condition": "Prod",
            "Properties": {
                "TableName": "a",
                "BillingMode": {"Fn::If": ["Dev", "x", "PAY_PER_REQUEST"]},
                "AttributeDefinitions": [{"AttributeName": "a", "AttributeType": "S"}],
                "KeySchema": [{"AttributeName": "a", "KeyType": "HASH"}],
            },
        },
        "Topic": {
            "Type": "AWS::SNS::Topic",
            "Condition": "Both",
            "Properties": {"TopicName": {"Fn::If": ["Nowhere", "a", "b"]}, "DisplayName": {"Ref": "Jobs"}},
        },
    },
    "Outputs": {"Jobs": {"Condition": "Dev", "Value": {"Ref": "Jobs"}}},
}


def _queue(name: str, **properties: Any) -> dict[str, Any]:
    return {"Type": "AWS::SQS::Queue", "Properties": {"QueueName": name, **properties}}


CYCLIC: dict[str, Any] = {
    "Resources": {
        "One": _queue(
            "one", RedrivePolicy={"deadLetterTargetArn": {"Fn::GetAtt": ["Two", "Arn"]}, "maxReceiveCount": 3}
        ),
        "Two": {**_queue("two"), "DependsOn": "Three"},
        "Three": _queue("three", KmsMasterKeyId={"Fn::Sub": "${One}"}),
        "Self": {**_queue("self"), "DependsOn": ["Self"]},
        "Fine": {**_queue("fine"), "DependsOn": ["One"]},
    }
}
