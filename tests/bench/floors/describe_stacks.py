"""The floor of an unchanged deployment: one DescribeStacks with bare boto3."""

from __future__ import annotations

import sys

import boto3

for page in boto3.client("cloudformation").get_paginator("describe_stacks").paginate():
    for stack in page["Stacks"]:
        sys.stdout.write(f"{stack['StackName']} {stack['StackStatus']}\n")
