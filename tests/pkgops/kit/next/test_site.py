"""Sites of several servers, of servers that stream, and the queue behind them, as cfn-lint and AWS want them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from pkgops.declarations import NextApp
from pkgops.kit.next.options import NextSite
from pkgops.kit.next.site import next_site
from pkgops.model import Stage
from pkgops.scope import Scope
from tests.pkgops.next_project import manifest

SITE = NextSite("shop-", "shop/origin", "Shop", warmed=True)


def built(scope: Scope, content: dict[str, Any], architecture: str = "arm64") -> Scope:
    system = replace(scope.system, app=NextApp("app", architecture=architecture))
    made = Scope(system, Stage("dev"), scope.settings, app=content)
    next_site(made, SITE)
    return made


def of_kind(scope: Scope, kind: str) -> dict[str, dict[str, Any]]:
    rows = scope.template.to_dict()["Resources"]
    return {name: row["Properties"] for name, row in rows.items() if row["Type"] == f"AWS::{kind}"}


def test_everything_a_build_may_have_is_valid(scope: Scope, findings: Callable[[Scope], list[str]]) -> None:
    content = manifest()
    content["origins"]["admin"] = {
        **content["origins"]["default"],
        "streaming": True,
        "wrapper": "aws-lambda-streaming",
    }
    content["behaviors"].insert(0, {"pattern": "admin/*", "origin": "admin"})
    made = built(scope, content)
    assert findings(made) == []
    urls = of_kind(made, "Lambda::Url")
    assert {name: row.get("InvokeMode") for name, row in urls.items()} == {
        "ServerUrl": None,
        "ServerAdminUrl": "RESPONSE_STREAM",
        "ImageUrl": None,
    }
    queues = {row["QueueName"]: row for row in of_kind(made, "SQS::Queue").values()}
    assert queues.keys() == {"shop-revalidations-dev.fifo", "shop-revalidations-dlq-dev.fifo"}
    assert all(row["FifoQueue"] for row in queues.values()), "what fails has to go to a queue of the same kind"
    assert queues["shop-revalidations-dev.fifo"]["ReceiveMessageWaitTimeSeconds"] == 20
    (rule,) = of_kind(made, "Events::Rule").values()
    assert rule["ScheduleExpression"] == "rate(5 minutes)"


@pytest.mark.parametrize("architecture", ["arm64", "x86_64"])
def test_functions_have_the_applications_architecture(scope: Scope, architecture: str) -> None:
    functions = of_kind(built(scope, manifest(), architecture), "Lambda::Function")
    assert {tuple(row["Architectures"]) for row in functions.values()} == {(architecture,)}


def test_the_server_may_use_its_part_of_the_bucket_alone(scope: Scope) -> None:
    role = of_kind(built(scope, manifest()), "IAM::Role")["ServerRole"]
    statements = role["Policies"][0]["PolicyDocument"]["Statement"]
    objects = [row["Resource"] for row in statements if {"s3:GetObject", "s3:PutObject"} & set(row["Action"])]
    assert [[one["Fn::Sub"].rpartition(":")[2] for one in resource] for resource in objects] == [
        ["${AssetsBucket}/_cache/*"],
        ["${AssetsBucket}/_cache/*"],
    ]
