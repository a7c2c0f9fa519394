"""Contract: resources of types without a service get a name."""

from __future__ import annotations

import pytest

pytestmark = pytest.mark.emulator


def test_types_without_a_service_get_a_name(deploy, unique):
    name = unique("app")
    resources = {
        "App": {"Type": "AWS::CodeDeploy::Application", "Properties": {"ApplicationName": name}},
        "Group": {
            "Type": "AWS::CodeDeploy::DeploymentGroup",
            "Properties": {"ApplicationName": {"Ref": "App"}, "ServiceRoleArn": "arn:aws:iam::000000000000:role/x"},
        },
    }
    stack = deploy({"Resources": resources, "Outputs": {"App": {"Value": {"Ref": "App"}}}})
    assert stack.status == "CREATE_COMPLETE"
    assert stack.outputs == {"App": name}
    group = stack.physical("Group")
    resources["Group"]["Properties"]["DeploymentConfigName"] = "CodeDeployDefault.LambdaCanary10Percent5Minutes"
    assert stack.update({"Resources": resources}).status == "UPDATE_COMPLETE"
    assert stack.physical("Group") == group
