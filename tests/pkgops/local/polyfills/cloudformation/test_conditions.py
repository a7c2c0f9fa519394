"""Contract: conditions are evaluated as on AWS."""

from __future__ import annotations

import pytest

from tests.pkgops.local.polyfills.resources import queue

pytestmark = pytest.mark.emulator
TRUE = {
    "Region": {"Fn::Equals": [{"Ref": "AWS::Region"}, "us-east-1"]},
    "Account": {"Fn::Equals": ["000000000000", {"Ref": "AWS::AccountId"}]},
    "Partition": {"Fn::Equals": [{"Fn::Sub": "${AWS::Partition}.${AWS::URLSuffix}"}, "aws.amazonaws.com"]},
    "NoneListed": {"Fn::Equals": [{"Fn::Join": ["", {"Ref": "Empty"}]}, ""]},
    "Joined": {"Fn::Equals": [{"Fn::Join": ["-", ["a", {"Ref": "Size"}]]}, "a-3"]},
    "Mapped": {"Fn::Equals": [{"Fn::FindInMap": ["Sizes", {"Ref": "AWS::Region"}, "small"]}, "3"]},
    "Selected": {"Fn::Equals": [{"Fn::Select": [1, {"Ref": "Listed"}]}, "y"]},
    "Split": {"Fn::Equals": [{"Fn::Select": [0, {"Fn::Split": ["/", "p/q"]}]}, "p"]},
    "Number": {"Fn::Equals": [{"Ref": "Size"}, 3]},
    "Boolean": {"Fn::Equals": [{"Ref": "Switch"}, True]},
    "Other": {"Fn::And": [{"Condition": "Region"}, {"Fn::Not": [{"Condition": "Elsewhere"}]}]},
    "Either": {"Fn::Or": [{"Condition": "Elsewhere"}, {"Condition": "Later"}]},
    "Later": {"Fn::Not": [{"Fn::Equals": [{"Ref": "Size"}, "4"]}]},
}
FALSE = {"Elsewhere": {"Fn::Equals": [{"Ref": "AWS::Region"}, "eu-west-1"]}}
PARAMETERS = {
    "Empty": {"Type": "CommaDelimitedList", "Default": ""},
    "Listed": {"Type": "CommaDelimitedList", "Default": "x,y"},
    "Size": {"Type": "Number", "Default": 3},
    "Switch": {"Type": "String", "Default": "true"},
}


def test_what_a_condition_guards_is_there_exactly_if_it_holds(deploy, aws, unique):
    prefix = unique("conditions")
    stack = deploy(
        {
            "Parameters": PARAMETERS,
            "Mappings": {"Sizes": {"us-east-1": {"small": "3"}}},
            "Conditions": TRUE | FALSE,
            "Resources": {name: queue(f"{prefix}-{name}") | {"Condition": name} for name in (TRUE | FALSE)},
        }
    )
    assert stack.status == "CREATE_COMPLETE", stack.reasons
    rows = aws("cloudformation").describe_stack_resources(StackName=stack.name)["StackResources"]
    assert {row["LogicalResourceId"] for row in rows} == set(TRUE)


@pytest.mark.parametrize(
    "conditions", [{"A": {"Condition": "Nowhere"}}, {"A": {"Condition": "B"}, "B": {"Fn::Not": [{"Condition": "A"}]}}]
)
def test_a_condition_that_leads_nowhere_is_refused(aws, unique, conditions):
    import json

    name = unique("conditions")
    template = {"Conditions": conditions, "Resources": {"Queue": queue(name) | {"Condition": "A"}}}
    with pytest.raises(aws("cloudformation").exceptions.ClientError, match="Unresolved condition dependency"):
        aws("cloudformation").create_stack(StackName=name, TemplateBody=json.dumps(template))
