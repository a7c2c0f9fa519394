"""Contract: a change set says what replaces a resource as CloudFormation's schemas do."""

from __future__ import annotations

import json

import pytest

from tests.pkgops.local.polyfills.resources import function, log_group

pytestmark = pytest.mark.emulator


def changes(aws, stack, template):
    """The rows of a change set by logical id."""
    made = aws("cloudformation").create_change_set(
        StackName=stack.name,
        ChangeSetName="rules",
        TemplateBody=json.dumps(template),
        Capabilities=["CAPABILITY_NAMED_IAM"],
    )
    described = aws("cloudformation").describe_change_set(ChangeSetName=made["Id"])
    aws("cloudformation").delete_change_set(ChangeSetName=made["Id"])
    return {row["ResourceChange"]["LogicalResourceId"]: row["ResourceChange"] for row in described["Changes"]}


@pytest.mark.parametrize(
    ("name", "value", "expected"),
    [("RetentionInDays", 30, ("False", "Never")), ("LogGroupName", "another", ("True", "Always"))],
)
def test_a_property_replaces_its_resource_or_does_not(aws, unique, deploy, name, value, expected):
    group = log_group(unique("group"))
    stack = deploy({"Group": group})
    changed = {**group, "Properties": {**group["Properties"], name: value}}
    row = changes(aws, stack, {"Resources": {"Group": changed}})["Group"]
    (detail,) = row["Details"]
    assert (row["Replacement"], detail["Target"]["RequiresRecreation"]) == expected
    assert (detail["ChangeSource"], detail["Evaluation"]) == ("DirectModification", "Static")


def test_what_refers_to_an_updated_resource_is_evaluated_again(aws, deploy):
    """As on AWS: the plan says what of that is a change."""
    template = function("def handler(event, context): return 1")
    template["Resources"]["Permission"] = {
        "Type": "AWS::Lambda::Permission",
        "Properties": {
            "FunctionName": {"Fn::GetAtt": ["Function", "Arn"]},
            "Action": "lambda:InvokeFunction",
            "Principal": "events.amazonaws.com",
        },
    }
    stack = deploy(template)
    changed = json.loads(json.dumps(template))
    changed["Resources"]["Function"]["Properties"]["Environment"] = {"Variables": {"A": "1"}}
    rows = changes(aws, stack, changed)
    assert rows["Function"]["Replacement"] == "False"
    (detail,) = rows["Permission"]["Details"]
    assert (rows["Permission"]["Replacement"], detail["ChangeSource"]) == ("Conditional", "ResourceAttribute")
    assert (detail["CausingEntity"], detail["Evaluation"]) == ("Function.Arn", "Dynamic")
