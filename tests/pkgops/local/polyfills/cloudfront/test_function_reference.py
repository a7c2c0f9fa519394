"""Contract: a CloudFront function is referred to by its ARN."""

from __future__ import annotations

import pytest

from tests.pkgops.local.polyfills.cloudfront.test_scripts import script

pytestmark = pytest.mark.emulator

CODE = "function handler(event) { return event.request; }"


def test_its_reference_is_its_arn(deploy, unique, aws):
    name = unique("script")
    outputs = {"Ref": {"Value": {"Ref": "Script"}}, "Stage": {"Value": {"Fn::GetAtt": ["Script", "Stage"]}}}
    template = {"Resources": {"Script": script(name, CODE)}, "Outputs": outputs}
    stack = deploy(template)
    arn = f"arn:aws:cloudfront::000000000000:function/{name}"
    assert stack.outputs == {"Ref": arn, "Stage": "LIVE"}
    assert stack.physical("Script") == arn
    template["Resources"] = {"Script": script(name, CODE.replace("return", "/**/ return"))}
    assert stack.update(template).outputs["Ref"] == arn
    live = aws("cloudfront").get_function(Name=name, Stage="LIVE")["FunctionCode"].read()
    assert b"/**/" in live
    renamed = unique("script")
    template["Resources"] = {"Script": script(renamed, CODE)}
    assert stack.update(template).outputs["Ref"].endswith(renamed)
    with pytest.raises(aws("cloudfront").exceptions.NoSuchFunctionExists):
        aws("cloudfront").describe_function(Name=name, Stage="DEVELOPMENT")
    stack.delete()
    with pytest.raises(aws("cloudfront").exceptions.NoSuchFunctionExists):
        aws("cloudfront").describe_function(Name=renamed, Stage="DEVELOPMENT")
