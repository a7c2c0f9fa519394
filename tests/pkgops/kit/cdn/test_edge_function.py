"""Functions at the edge: what their templates hold, and when they are another version."""

from __future__ import annotations

import json
from typing import Any

from troposphere import Ref

from pkgops.build import versions
from pkgops.kit.cdn.edge_function import EdgeFunction, edge_function
from pkgops.scope import Scope

ROW = EdgeFunction("open_gate", "handlers/shop", "shop-gate-{stage}", {"POOL": Ref("AWS::Region"), "NAME": "it's"})


def test_a_function_a_version_a_role_and_a_group(scope: Scope) -> None:
    built = edge_function(scope, ROW)
    made = scope.template.to_dict()["Resources"]
    assert {title: row["Type"].rpartition("::")[2] for title, row in made.items()} == {
        "OpenGateFunction": "Function",
        "OpenGateLogGroup": "LogGroup",
        "OpenGateRole": "Role",
        "OpenGateVersion": "Version",
    }
    assert built.version.to_dict() == {"Ref": "OpenGateVersion"}
    function = made["OpenGateFunction"]
    assert not {"Environment", "Layers", "VpcConfig", "TracingConfig"} & set(function["Properties"])
    assert made["OpenGateLogGroup"]["Properties"]["LogGroupName"] == "/aws/lambda/us-east-1.shop-gate-dev"
    for kept in (function, made["OpenGateVersion"]):
        assert kept["DeletionPolicy"] == kept["UpdateReplacePolicy"] == "Retain"
    (trust,) = made["OpenGateRole"]["Properties"]["AssumeRolePolicyDocument"]["Statement"]
    assert trust["Principal"] == {"Service": ["edgelambda.amazonaws.com", "lambda.amazonaws.com"]}


def test_a_value_known_late_makes_another_version_by_its_description(scope: Scope) -> None:
    edge_function(scope, ROW)
    described = scope.template.to_dict()["Resources"]["OpenGateVersion"]["Properties"]["Description"]
    assert described == {"Fn::Join": [" ", [{"Ref": "AWS::Region"}]]}


def test_values_are_one_line_of_code(scope: Scope) -> None:
    edge_function(scope, ROW)
    first, reference, rest = scope.template.to_dict()["Resources"]["OpenGateFunction"]["Properties"]["Code"]["ZipFile"][
        "Fn::Join"
    ][1]
    assert reference == {"Ref": "AWS::Region"}
    assert (first + "eu" + rest).splitlines() == [
        "# asset://handlers/shop/open_gate.py",
        'VALUES = r\'{"NAME": "it\\u0027s", "POOL": "eu"}\'',
    ]


def test_another_value_in_the_template_is_another_version() -> None:
    def title(**values: Any) -> str:
        code = {"ZipFile": {"Fn::Join": ["", [json.dumps(values)]]}}
        function = {"Type": "AWS::Lambda::Function", "Properties": {"Code": code}}
        version = {"Type": "AWS::Lambda::Version", "Properties": {"FunctionName": {"Ref": "Function"}}}
        made = versions.pin_versions({"Resources": {"Function": function, "Version": version}})["Resources"]
        return next(name for name in made if name.startswith("Version"))

    assert title(a="b") == title(a="b") != title(a="c")
