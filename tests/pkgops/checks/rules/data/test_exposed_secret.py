"""The secret scan finds exposed secrets, and no finding contains one."""

from __future__ import annotations

from typing import Any

import pytest

from pkgops.build.check import check
from pkgops.build.synth import SynthesizedStack
from pkgops.checks.kit.secret_scan import find_secrets
from pkgops.config import Project
from pkgops.errors import BuildError
from pkgops.model import Stage
from tests.pkgops.conftest import stack

RESOLVED = "{{resolve:secretsmanager:demo/key:SecretString:token}}"
# In two parts each, so that no scanner takes them for real ones.
SHAPED = {
    "an AWS access key": "AKIA" + "ABCDEFGHIJ234567",
    "a Stripe key": "sk_live_" + "abcdefghijklmnop1234",
    "a webhook's signing secret": "whsec_" + "abcdefghijklmnop1234",
    "a private key": "-----BEGIN RSA " + "PRIVATE KEY-----\nMIIE",
    "a GitHub token": "ghp_" + "a" * 36,
    "a Slack token": "xoxb-" + "123456789012-abcdef",
}


def with_output(value: Any, **template: Any) -> SynthesizedStack:
    made = stack("alone", Stage("local"))
    made.template.update(template)
    made.template["Outputs"]["Shown"] = {"Value": value}
    return made


def function(**variables: Any) -> dict[str, Any]:
    return {"Type": "AWS::Lambda::Function", "Properties": {"Environment": {"Variables": variables}}}


def paths(made: SynthesizedStack) -> list[str]:
    return [path for path, _ in find_secrets(made.template)]


@pytest.mark.parametrize("what", SHAPED)
def test_a_literal_that_looks_like_a_key_is_found_wherever_it_stands(what: str) -> None:
    literal = SHAPED[what]
    for made, path in (
        (with_output(literal), "Outputs/Shown/Value"),
        (with_output({"Fn::Join": ["", ["x=", literal]]}), "Outputs/Shown/Value/Fn::Join/1/1"),
        (
            stack("alone", Stage("local"), Function=function(KEY=literal)),
            "Resources/Function/Properties/Environment/Variables/KEY",
        ),
        (with_output("x", Parameters={"P": {"Type": "String", "Default": literal}}), "Parameters/P/Default"),
    ):
        assert list(find_secrets(made.template)) == [(path, f"This looks like {what}; keep it in Secrets Manager.")]


@pytest.mark.parametrize(
    "value",
    [
        RESOLVED,
        {"Fn::Sub": f"Bearer {RESOLVED}"},
        {"Fn::Join": ["", ["{{resolve:secretsmanager:", {"Ref": "Secret"}, "}}"]]},
        "{{resolve:ssm-secure:demo}}",
        {"Ref": "Hidden"},
        {"Fn::Sub": "x ${Hidden} y"},
        {"Fn::GetAtt": ["Key", "SecretAccessKey"]},
        {"Fn::GetAtt": "Client.ClientSecret"},
        {"Fn::Sub": "${Key.SecretAccessKey}"},
    ],
    ids=str,
)
def test_what_would_be_shown_is_found_in_outputs_and_variables(value: Any) -> None:
    parameters = {"Hidden": {"Type": "String", "NoEcho": True}}
    assert paths(with_output(value, Parameters=parameters)) == ["Outputs/Shown/Value"]
    made = stack("alone", Stage("local"), Function=function(KEY=value))
    made.template["Parameters"] = parameters
    assert paths(made) == ["Resources/Function/Properties/Environment/Variables/KEY"]


def test_a_hidden_parameter_has_no_default() -> None:
    made = with_output("x", Parameters={"Hidden": {"Type": "String", "NoEcho": "true", "Default": "x"}})
    assert paths(made) == ["Parameters/Hidden/Default"]


@pytest.mark.parametrize(
    "value",
    [
        "arn:aws:secretsmanager:us-east-1:123456789012:secret:demo",
        {"Ref": "Secret"},
        {"Fn::Sub": "${!Hidden} ${AWS::Region}"},
        {"Fn::GetAtt": ["Function", "Arn"]},
        "sk_live_ keys begin like this; AKIA too",
        "",
    ],
    ids=str,
)
def test_names_and_words_are_no_secrets(value: Any) -> None:
    assert paths(with_output(value, Parameters={"Hidden": {"Type": "String", "NoEcho": True}})) == []


def test_a_database_may_resolve_its_password() -> None:
    database = {"Type": "AWS::RDS::DBInstance", "Properties": {"MasterUserPassword": RESOLVED}}
    assert paths(stack("alone", Stage("local"), Database=database)) == []


def test_it_stops_the_deployment_and_the_value_is_not_repeated(project: Project) -> None:
    with pytest.raises(BuildError, match=r"P407 DemoAlone-local Outputs/Shown/Value: This looks like a Str") as error:
        check(project, [with_output(SHAPED["a Stripe key"])])
    assert error.value.code == 3
    assert SHAPED["a Stripe key"] not in str(error.value)
