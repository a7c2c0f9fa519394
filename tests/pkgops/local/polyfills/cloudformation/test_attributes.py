"""Contract: attributes of resources."""

from __future__ import annotations

import pytest

pytestmark = pytest.mark.emulator


@pytest.mark.parametrize(
    ("resource", "attribute", "expected"),
    [
        (
            {"Type": "AWS::SES::EmailIdentity", "Properties": {"EmailIdentity": "pkgwatch.dev"}},
            "DkimDNSTokenName2",
            "._domainkey.pkgwatch.dev",
        ),
        ({"Type": "AWS::EC2::VPC", "Properties": {"CidrBlock": "10.7.0.0/16"}}, "CidrBlock", "10.7.0.0/16"),
        ({"Type": "AWS::Cognito::UserPool"}, "ProviderURL", "https://cognito-idp.us-east-1.amazonaws.com/us-east-1_"),
    ],
)
def test_an_output_may_name_it(deploy, resource, attribute, expected):
    output = {"Value": {"Fn::GetAtt": ["Thing", attribute]}}
    stack = deploy({"Resources": {"Thing": resource}, "Outputs": {"Found": output}})
    assert stack.status == "CREATE_COMPLETE", stack.reasons
    assert expected in stack.outputs["Found"]
