"""Contract: DescribeStacks can be read whatever a stack's outputs hold."""

from __future__ import annotations

import json

import pytest

pytestmark = pytest.mark.emulator


def test_characters_that_xml_cannot_hold_are_question_marks(aws, unique):
    name = unique("stack")
    queue = {"Type": "AWS::SQS::Queue", "Properties": {"QueueName": name}}
    outputs = {"Text": {"Value": "a\x1b[2J\x00\uffff\tü"}}
    service = aws("cloudformation")
    service.create_stack(StackName=name, TemplateBody=json.dumps({"Resources": {"Q": queue}, "Outputs": outputs}))
    try:
        (stack,) = service.describe_stacks(StackName=name)["Stacks"]
        assert stack["Outputs"][0]["OutputValue"] == "a?[2J??\tü"
        body = service.get_template(StackName=name, TemplateStage="Original")["TemplateBody"]
        assert body["Outputs"] == outputs
    finally:
        service.delete_stack(StackName=name)
