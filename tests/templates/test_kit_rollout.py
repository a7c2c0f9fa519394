"""Do the building blocks for new code, own names, mail and one's own invocation keep what they promise?"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from pkgops.kit import grants
from pkgops.kit.alarms import Alarm, alarms
from pkgops.kit.contract import Contract
from pkgops.kit.function import Function, functions
from pkgops.kit.mail import mail_identity
from pkgops.kit.metrics import function_metric
from pkgops.kit.triggers import Route, Schedule
from pkgops.kit.web.rest_api import default_url, rest_api
from tests.templates.test_kit import API, DEFAULTS, deployment, scope

ORDERS = Function("list_orders", (Route("GET /orders"), Route("GET /orders/all")), canary="shop-orders-errors")


def synth(row: Function, stage: str = "dev") -> dict[str, Any]:
    made = scope(stage)
    built = functions(made, DEFAULTS, [row])
    rest_api(made, API, built.values())
    alarms(made, "arn:topic", [Alarm("shop-orders-errors", function_metric(built[row.name].name, "Errors"), "> 5")])
    template: dict[str, Any] = made.template.to_dict()
    return template


def test_callers_and_permissions_lead_to_the_alias() -> None:
    resources = synth(ORDERS)["Resources"]
    for title in ("ApiOrdersGet", "ApiOrdersAllGet"):
        uri = resources[title]["Properties"]["Integration"]["Uri"]["Fn::Sub"]
        assert uri.endswith("/functions/${ListOrdersAlias}/invocations")
        assert resources[f"{title}Permission"]["Properties"]["FunctionName"] == {"Ref": "ListOrdersAlias"}


def test_the_alarm_that_turns_back_is_the_one_of_the_row() -> None:
    resources = synth(ORDERS)["Resources"]
    (alarm,) = resources["ListOrdersDeployments"]["Properties"]["AlarmConfiguration"]["Alarms"]
    assert resources[alarm["Name"]["Ref"]]["Properties"]["AlarmName"] == "shop-orders-errors-dev"


def test_the_emulator_shifts_no_traffic() -> None:
    kinds = {resource["Type"] for resource in synth(ORDERS, "local")["Resources"].values()}
    assert not {kind for kind in kinds if kind.startswith("AWS::CodeDeploy") or kind.endswith(("Alias", "Version"))}


def test_a_schedule_starts_the_alias_too() -> None:
    nightly = Schedule("web-shop-nightly", "rate(1 day)")
    resources = synth(replace(ORDERS, triggers=(nightly, Route("GET /orders"))))["Resources"]
    assert resources["NightlyRule"]["Properties"]["Targets"][0]["Arn"] == {"Ref": "ListOrdersAlias"}


@pytest.mark.parametrize(
    ("row", "again"),
    [
        (replace(ORDERS, canary=""), True),
        (replace(ORDERS, triggers=ORDERS.triggers[:1]), True),
        (replace(ORDERS, memory=1024), False),
        (
            replace(ORDERS, triggers=(replace(ORDERS.triggers[0], contract=Contract("List", {})), ORDERS.triggers[1])),
            False,
        ),
    ],
    ids=["the alias goes", "a second spelling goes", "memory changes", "words change"],
)
def test_the_api_is_deployed_again_if_it_leads_elsewhere(row: Function, again: bool) -> None:
    assert (deployment(synth(row)) != deployment(synth(ORDERS))) is again


def test_an_api_is_reached_by_path_on_the_emulator() -> None:
    assert default_url(scope("local"), "v1").to_dict() == {
        "Fn::Sub": "http://127.0.0.1:4566/_aws/execute-api/${Api}/v1",
    }
    assert default_url(scope("dev"), "v1").to_dict()["Fn::Sub"].startswith("https://${Api}.execute-api.")


def test_mail_is_sent_from_one_domain_and_functions_invoke_one_function() -> None:
    made = scope()
    mail_identity(made, "shop.example")
    assert made.template.to_dict()["Resources"]["MailIdentity"]["Properties"] == {"EmailIdentity": "shop.example"}
    allowed = (
        grants.mail_send("shop.example"),
        grants.mail_send("a.example", raw=True),
        grants.invoke("shop-ship-dev"),
    )
    functions(made, DEFAULTS, [Function("ship", grants=allowed)])
    (policy,) = made.template.to_dict()["Resources"]["ShipRole"]["Properties"]["Policies"]
    mail, raw, again = policy["PolicyDocument"]["Statement"][2:]
    assert mail["Resource"][0]["Fn::Sub"].endswith(":identity/*")
    assert mail["Condition"] == {"StringLike": {"ses:FromAddress": "*@shop.example"}}
    assert (mail["Action"], raw["Action"]) == (["ses:SendEmail"], ["ses:SendEmail", "ses:SendRawEmail"])
    assert again["Resource"][0]["Fn::Sub"].endswith(":function:shop-ship-dev")
    assert again["Action"] == ["lambda:InvokeFunction"]
