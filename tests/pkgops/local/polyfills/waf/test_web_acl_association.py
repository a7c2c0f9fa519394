"""Contract: a web ACL is associated with a resource, and dissociated."""

from __future__ import annotations

import pytest

pytestmark = pytest.mark.emulator


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
