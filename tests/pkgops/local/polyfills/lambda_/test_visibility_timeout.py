"""Contract: a queue hides messages for at least as long as the function may run that it starts."""

from __future__ import annotations

import pytest

from tests.pkgops.local.polyfills.resources import allow, function

pytestmark = pytest.mark.emulator


@pytest.mark.parametrize(("visible", "status"), [(19, "ROLLBACK_COMPLETE"), (20, "CREATE_COMPLETE")])
def test_a_shorter_visibility_timeout_is_refused(deploy, visible, status):
    template = function("def handler(event, context): return 1", allow("sqs:*", "*"))
    template["Resources"]["Jobs"] = {"Type": "AWS::SQS::Queue", "Properties": {"VisibilityTimeout": visible}}
    template["Resources"]["Mapping"] = {
        "Type": "AWS::Lambda::EventSourceMapping",
        "Properties": {"EventSourceArn": {"Fn::GetAtt": ["Jobs", "Arn"]}, "FunctionName": {"Ref": "Function"}},
    }
    stack = deploy(template)
    assert stack.status == status
    said = f"Queue visibility timeout: {visible} seconds is less than Function timeout: 20 seconds"
    assert any(said in reason for reason in stack.reasons) is (status == "ROLLBACK_COMPLETE")
