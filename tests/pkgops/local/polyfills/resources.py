"""Resources of templates that several contracts deploy."""

from __future__ import annotations

TRUST = {
    "Version": "2012-10-17",
    "Statement": [{"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"}],
}


def table(name):
    return {
        "Type": "AWS::DynamoDB::Table",
        "Properties": {
            "TableName": name,
            "BillingMode": "PAY_PER_REQUEST",
            "KeySchema": [{"AttributeName": "pk", "KeyType": "HASH"}],
            "AttributeDefinitions": [{"AttributeName": "pk", "AttributeType": "S"}],
        },
    }


def queue(name):
    return {"Type": "AWS::SQS::Queue", "Properties": {"QueueName": name}}


def role(name):
    return {"Type": "AWS::IAM::Role", "Properties": {"RoleName": name, "AssumeRolePolicyDocument": TRUST}}


def secret(name):
    return {"Type": "AWS::SecretsManager::Secret", "Properties": {"Name": name, "SecretString": "x"}}


def log_group(name):
    return {"Type": "AWS::Logs::LogGroup", "Properties": {"LogGroupName": name}}


def allow(action, resource):
    return {"Effect": "Allow", "Action": action, "Resource": resource}


def function(code, *statements):
    """A function, and a role that allows it ``statements``; its name is the output ``Name``."""
    policy = {"PolicyName": "may", "PolicyDocument": {"Version": "2012-10-17", "Statement": list(statements)}}
    properties = {
        "Handler": "index.handler",
        "Runtime": "python3.12",
        "Role": {"Fn::GetAtt": ["Role", "Arn"]},
        "Code": {"ZipFile": code},
        "Timeout": 20,
    }
    return {
        "Resources": {
            "Role": {
                "Type": "AWS::IAM::Role",
                "Properties": {"AssumeRolePolicyDocument": TRUST, "Policies": [policy]},
            },
            "Function": {"Type": "AWS::Lambda::Function", "Properties": properties},
        },
        "Outputs": {"Name": {"Value": {"Ref": "Function"}}},
    }
