"""Roles, policies and secrets under documented names."""

from __future__ import annotations

import json

import pytest
from troposphere import Ref

from pkgops.kit import grants
from pkgops.kit.function import Function, FunctionDefaults, functions
from pkgops.kit.links import ExistingTable
from pkgops.kit.roles import LAMBDA_BASICS, Role, managed_policy, role
from pkgops.kit.secret import JsonSecret, json_secret, secret_field

TABLE = ExistingTable("orders", "TABLE")
ROLE = "arn:aws:iam::123456789012:role/worker"


def properties(scope, logical_id):
    return scope.template.to_dict()["Resources"][logical_id]["Properties"]


def test_a_role_has_its_name_its_service_and_its_policies(scope, findings):
    reads = grants.table_read("orders")
    made = role(scope, Role("shop-worker-role", (reads,), "backup", (LAMBDA_BASICS,), "Works"))
    assert findings(scope) == []
    found = properties(scope, made.title)
    assert (made.title, found["RoleName"], found["Description"]) == ("WorkerRole", "shop-worker-role-dev", "Works")
    assert found["AssumeRolePolicyDocument"]["Statement"][0]["Principal"] == {"Service": ["backup.amazonaws.com"]}
    assert found["ManagedPolicyArns"] == [{"Fn::Sub": f"arn:${{AWS::Partition}}:iam::aws:policy/{LAMBDA_BASICS}"}]
    assert len(found["Policies"][0]["PolicyDocument"]["Statement"]) == 1


def test_a_managed_policy_is_attached_to_nobody(scope, findings):
    made = managed_policy(scope, "shop-access", [grants.table_read("orders")], "Reads orders")
    assert findings(scope) == []
    found = properties(scope, made.title)
    assert (made.title, found["ManagedPolicyName"]) == ("AccessPolicy", "shop-access-dev")
    assert not {"Roles", "Users", "Groups"} & set(found)


def test_a_function_with_a_role_of_elsewhere_gets_none(scope, findings):
    defaults = FunctionDefaults("handlers/shop", "shop-", traced=False)
    functions(scope, defaults, [Function("order", role=ROLE)])
    assert findings(scope) == []
    kinds = {row["Type"] for row in scope.template.to_dict()["Resources"].values()}
    assert "AWS::IAM::Role" not in kinds
    found = properties(scope, "OrderFunction")
    assert found["Role"] == ROLE
    assert "TracingConfig" not in found


def test_a_function_that_is_not_traced_may_not_trace(scope):
    functions(scope, FunctionDefaults("handlers/shop", "shop-", traced=False), [Function("order")])
    assert "xray" not in json.dumps(scope.template.to_dict())


@pytest.mark.parametrize("given", [{"grants": (grants.traces(),)}, {"links": (TABLE.read(),)}])
def test_what_a_role_of_elsewhere_lacks_cannot_be_granted_here(scope, given):
    with pytest.raises(ValueError, match="order has a role of its own"):
        functions(scope, FunctionDefaults("handlers/shop", "shop-"), [Function("order", role=ROLE, **given)])


def test_a_secret_has_empty_fields_and_a_made_one(scope, findings):
    row = JsonSecret("shop/keys", ("mail", "card"), "Keys", "cookie", length=48, punctuation=False, retained=False)
    made = json_secret(scope, row)
    scope.output("Cookie", Ref(made))
    assert findings(scope) == []
    found = properties(scope, made.title)
    generated = found["GenerateSecretString"]
    assert (made.title, found["Name"], found["Description"]) == ("ShopKeysSecret", "shop/keys-dev", "Keys")
    assert json.loads(generated["SecretStringTemplate"]) == {"mail": "", "card": ""}
    assert (generated["GenerateStringKey"], generated["PasswordLength"]) == ("cookie", 48)
    assert (generated["ExcludeCharacters"], generated["ExcludePunctuation"]) == ('"@/\\', True)


@pytest.mark.parametrize(
    ("secret", "named"), [(Ref("Given"), "${Given}"), (JsonSecret("shop/keys", (), id="Keys"), "${Keys}")]
)
def test_a_field_is_looked_up_when_it_is_needed(scope, secret, named):
    made = json_secret(scope, secret) if isinstance(secret, JsonSecret) else secret
    found = secret_field(made, "token").to_dict()
    assert found == {"Fn::Sub": f"{{{{resolve:secretsmanager:{named}:SecretString:token}}}}"}
