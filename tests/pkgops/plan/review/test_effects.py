"""What do the changes of a change set really do?"""

from __future__ import annotations

from typing import Any

import pytest

from pkgops.plan.review.effects import roots, with_effects
from pkgops.ports.stacks import ChangeDetail, ResourceChange

CODE = ChangeDetail("Properties", "Code", "Never", source="DirectModification")


def refers(name: str, cause: str, recreation: str = "Always") -> ChangeDetail:
    source = "ResourceAttribute" if "." in cause else "ResourceReference"
    return ChangeDetail("Properties", name, recreation, dynamic=True, source=source, cause=cause)


def modified(logical_id: str, kind: str, *details: ChangeDetail, replacement: str = "Conditional") -> ResourceChange:
    names = tuple(detail.name for detail in details)
    return ResourceChange(logical_id, kind, "Modify", replacement, properties=names, details=details)


FUNCTION = modified("Function", "AWS::Lambda::Function", CODE, replacement="False")
PERMISSION = modified("Permission", "AWS::Lambda::Permission", refers("FunctionName", "Function.Arn"))
METHOD = modified("Method", "AWS::ApiGateway::Method", refers("Integration", "Function.Arn", "Never"))
DEPLOYMENT = modified("Deployment", "AWS::ApiGateway::Deployment", refers("RestApiId", "Method"))


def judged(*rows: ResourceChange, before: Any = None, after: Any = None) -> dict[str, ResourceChange]:
    def read() -> Any:
        assert before is not None, "the deployed template is not needed"
        return {"Resources": before}

    return {row.logical_id: row for row in with_effects(rows, read, {"Resources": after or {}})}


def test_what_refers_to_a_function_with_new_code_stays_as_it_is() -> None:
    rows = judged(FUNCTION, PERMISSION, METHOD, DEPLOYMENT)
    assert rows["Function"] == FUNCTION
    assert {name: (row.replacement, row.unchanged_by) for name, row in rows.items() if name != "Function"} == {
        "Permission": ("False", ("Function",)),
        "Method": ("False", ("Function",)),
        "Deployment": ("False", ("Method",)),
    }
    assert roots(rows["Deployment"], rows) == {"Function"}


def test_what_refers_to_a_replaced_resource_may_be_replaced() -> None:
    renamed = ChangeDetail("Properties", "FunctionName", "Always", source="DirectModification")
    rows = judged(modified("Function", "AWS::Lambda::Function", renamed, replacement="True"), PERMISSION, METHOD)
    assert (rows["Permission"].replacement, rows["Permission"].unchanged_by) == ("Conditional", ())
    assert (rows["Method"].replacement, rows["Method"].unchanged_by) == ("False", ())


@pytest.mark.parametrize(
    ("kind", "attribute", "changed", "same"),
    [
        ("AWS::DynamoDB::Table", "Arn", "StreamSpecification", True),
        ("AWS::DynamoDB::Table", "StreamArn", "BillingMode", True),
        ("AWS::DynamoDB::Table", "StreamArn", "StreamSpecification", False),
        ("AWS::SSM::Parameter", "Value", "Value", False),
        ("AWS::CloudFormation::Stack", "Outputs.QueueArn", "Parameters", False),
        ("Custom::Thing", "TopicArn", "Size", False),
    ],
)
def test_an_attribute_that_does_not_identify_may_change(kind: str, attribute: str, changed: str, same: bool) -> None:
    detail = ChangeDetail("Properties", changed, "Never", source="DirectModification")
    source = modified("Source", kind, detail, replacement="False")
    rows = judged(source, modified("User", "AWS::Lambda::Permission", refers("SourceArn", f"Source.{attribute}")))
    assert bool(rows["User"].unchanged_by) is same
    assert rows["User"].replacement == ("False" if same else "Conditional")


@pytest.mark.parametrize(("now", "replacement"), [("a", "False"), ("b", "Conditional")])
def test_a_direct_change_that_is_evaluated_again_counts_where_the_templates_differ(now: str, replacement: str) -> None:
    direct = ChangeDetail("Properties", "FunctionName", "Always", dynamic=True, source="DirectModification")
    row = modified("Permission", "AWS::Lambda::Permission", refers("FunctionName", "Function.Arn"), direct)
    properties = {"Permission": {"Properties": {"FunctionName": "a"}}}
    rows = judged(FUNCTION, row, before=properties, after={"Permission": {"Properties": {"FunctionName": now}}})
    assert rows["Permission"].replacement == replacement
    assert bool(rows["Permission"].unchanged_by) is (now == "a")


@pytest.mark.parametrize(
    ("was", "now", "replacement"),
    [
        ({"BudgetName": "b", "BudgetLimit": 1}, {"BudgetName": "b", "BudgetLimit": 2}, "False"),
        ({"BudgetName": "b", "BudgetLimit": 1}, {"BudgetName": "c", "BudgetLimit": 2}, "Conditional"),
    ],
)
def test_a_part_of_a_property_is_judged_by_itself(was: Any, now: Any, replacement: str) -> None:
    detail = ChangeDetail("Properties", "Budget", "Conditionally", source="DirectModification")
    before, after = ({"Limit": {"Properties": {"Budget": one}}} for one in (was, now))
    rows = judged(modified("Limit", "AWS::Budgets::Budget", detail), before=before, after=after)
    assert rows["Limit"].replacement == replacement


def test_a_parameter_that_may_replace_is_said_to() -> None:
    detail = ChangeDetail("Properties", "KeySchema", "Conditionally", source="ParameterReference", cause="Key")
    same = {"Table": {"Properties": {"KeySchema": {"Ref": "Key"}}}}
    rows = judged(modified("Table", "AWS::DynamoDB::Table", detail), before=same, after=same)
    assert rows["Table"].replacement == "Conditional"


def test_properties_that_stay_are_not_listed() -> None:
    row = modified("Mapping", "AWS::Lambda::EventSourceMapping", CODE, refers("FunctionName", "Function.Arn", "Never"))
    assert judged(FUNCTION, row)["Mapping"].properties == ("Code",)
