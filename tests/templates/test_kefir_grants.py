"""Does each of Kefir's functions hold exactly what its code calls?

What is called is read from the code that a handler can reach: the methods of the one table, and the operations of
other services by their names. What is held is read from the template.
"""

from __future__ import annotations

import ast
from typing import Any

import pytest

from pkgops.build.synth import resources
from tests.templates.conftest import built
from tests.templates.handler_code import Place, entry, module, reachable, running

# Where everything is generic, and read for what it offers.
MACHINERY = ("handlers.common.aws", "handlers.common.dynamodb", "handlers.common.transactions")
# Operations of clients, as code names them, and the IAM action each needs.
OPERATIONS = {
    "transact_get_items": "dynamodb:GetItem",
    "get_secret_value": "secretsmanager:GetSecretValue",
    "get_object": "s3:GetObject",
    "put_object": "s3:PutObject",
    "delete_object": "s3:DeleteObject",
    "admin_get_user": "cognito-idp:AdminGetUser",
    "send_email": "ses:SendEmail",
}
# The same of the table's own client.
TABLE = {
    "get_item": "dynamodb:GetItem",
    "batch_get_item": "dynamodb:BatchGetItem",
    "query": "dynamodb:Query",
    "scan": "dynamodb:Scan",
    "put_item": "dynamodb:PutItem",
    "update_item": "dynamodb:UpdateItem",
    "delete_item": "dynamodb:DeleteItem",
}
# What `handlers.common.transactions` writes.
WRITES = {"put": "dynamodb:PutItem", "update": "dynamodb:UpdateItem", "delete": "dynamodb:DeleteItem"}
# Everybody's: logs and traces.
COMMON = {"logs:CreateLogStream", "logs:PutLogEvents", "xray:PutTelemetryRecords", "xray:PutTraceSegments"}
# A role that may send mail may send it in either form.
PAIRS = {"ses:SendRawEmail": "ses:SendEmail"}


def functions() -> list[tuple[str, dict[str, Any], dict[str, Any]]]:
    """Handler, role and environment of each function in production."""
    (case,) = built("kefir", "prod")
    found = []
    for _, function in resources(case.template, "AWS::Lambda::Function"):
        properties = function["Properties"]
        role = case.template["Resources"][properties["Role"]["Fn::GetAtt"][0]]["Properties"]
        handler = properties["Code"]["S3Key"].removeprefix("asset://")
        found.append((handler, role, properties["Environment"]["Variables"]))
    return found


def held(role: dict[str, Any]) -> set[str]:
    statements = [statement for policy in role["Policies"] for statement in policy["PolicyDocument"]["Statement"]]
    actions = {action for statement in statements for action in statement["Action"]}
    return {PAIRS.get(action, action) for action in actions} - COMMON


def called(handler: str) -> set[str]:
    """The actions a handler's own code leads to."""
    found: set[str] = set()
    for place in set().union(*(reachable(start) for start in starts(handler))):
        if place[0] in MACHINERY:
            continue
        source = module(place[0])
        for node in running(source.definitions[place[1]]):
            found |= actions_of(node, source)
    return found


def starts(handler: str) -> list[Place]:
    """Where a handler's own code begins: at what answers its routes, and unless they are public at the row every caller
    has. What routes them is the same for all."""
    begin = entry(handler)
    definitions = module(begin[0]).definitions
    if "ROUTES" not in definitions:
        return [begin]
    public = "PUBLIC_API" in ast.unparse(definitions["handler"])
    return [(begin[0], "ROUTES"), *([] if public else [("handlers.kefir.data.users", "ensure_user")])]


def actions_of(node: ast.AST, source: Any) -> set[str]:
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return {OPERATIONS[node.value]} if node.value.endswith("_object") and node.value in OPERATIONS else set()
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
        place = source.means(node.func)
        if place and place[0] == "handlers.common.transactions":
            return {WRITES[place[1]]} if place[1] in WRITES else set()
    if isinstance(node, ast.Attribute):
        if is_table(node.value):
            return table_methods().get(node.attr, set())
        return {OPERATIONS[node.attr]} if node.attr in OPERATIONS else set()
    return set()


def is_table(node: ast.expr) -> bool:
    """``table`` and ``call.table``."""
    return (node.attr if isinstance(node, ast.Attribute) else getattr(node, "id", "")) == "table"


def table_methods() -> dict[str, set[str]]:
    """Actions by method of `handlers.common.dynamodb.Table`."""
    source = module("handlers.common.dynamodb").definitions["Table"]
    assert isinstance(source, ast.ClassDef)
    return {
        method.name: {
            TABLE[node.attr] for node in ast.walk(method) if isinstance(node, ast.Attribute) and node.attr in TABLE
        }
        for method in source.body
        if isinstance(method, ast.FunctionDef)
    }


@pytest.mark.parametrize(("handler", "role", "_"), functions(), ids=lambda one: one if isinstance(one, str) else "")
def test_a_function_may_do_what_its_code_calls_and_nothing_else(handler: str, role: dict[str, Any], _: Any) -> None:
    assert called(handler) == held(role)
