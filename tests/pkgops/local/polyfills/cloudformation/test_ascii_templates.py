"""Contract: GetTemplate answers ASCII, the resources have what the template says."""

from __future__ import annotations

import json

import pytest

pytestmark = pytest.mark.emulator


@pytest.mark.parametrize(("escaped", "answered"), [(True, "Prüft"), (False, "Pr?ft")])
def test_only_escaped_text_comes_back(aws, unique, escaped, answered):
    name = unique("group")
    topic = {"Type": "AWS::SNS::Topic", "Properties": {"TopicName": name, "DisplayName": "Prüft"}}
    service = aws("cloudformation")
    service.create_stack(StackName=name, TemplateBody=json.dumps({"Resources": {"T": topic}}, ensure_ascii=escaped))
    try:
        body = service.get_template(StackName=name, TemplateStage="Original")["TemplateBody"]
        assert body["Resources"]["T"]["Properties"]["DisplayName"] == answered
        arn = service.describe_stack_resources(StackName=name)["StackResources"][0]["PhysicalResourceId"]
        assert aws("sns").get_topic_attributes(TopicArn=arn)["Attributes"]["DisplayName"] == "Prüft"
    finally:
        service.delete_stack(StackName=name)
