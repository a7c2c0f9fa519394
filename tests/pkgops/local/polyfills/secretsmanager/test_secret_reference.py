"""Contract: a reference to a secret is its ARN."""

from __future__ import annotations

import pytest

pytestmark = pytest.mark.emulator


def test_a_reference_to_a_secret_is_its_arn(aws, deploy, unique):
    name = unique("secret")

    def template(description):
        secret = {
            "Type": "AWS::SecretsManager::Secret",
            "Properties": {"Name": name, "SecretString": "s", "Description": description},
        }
        return {"Resources": {"Secret": secret}, "Outputs": {"Arn": {"Value": {"Ref": "Secret"}}}}

    stack = deploy(template("one"))
    arn = stack.outputs["Arn"]
    assert arn.startswith(f"arn:aws:secretsmanager:us-east-1:000000000000:secret:{name}-")
    assert stack.update(template("two")).status == "UPDATE_COMPLETE"
    found = aws("secretsmanager").describe_secret(SecretId=arn)
    assert (found["ARN"], found["Description"]) == (arn, "two")
    assert stack.delete().status == "DELETE_COMPLETE"
    assert name not in [row["Name"] for row in aws("secretsmanager").list_secrets()["SecretList"]]
