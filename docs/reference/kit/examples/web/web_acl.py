from pkgops.kit.function import Function, FunctionDefaults, functions
from pkgops.kit.triggers import Route
from pkgops.kit.web.cors import Cors
from pkgops.kit.web.rest_api import RestApi, rest_api
from pkgops.kit.web.web_acl import BODY_SIZE, BodySizeRule, ManagedRuleGroup, RateLimitRule, web_acl
from pkgops.scope import Scope


def build(scope: Scope) -> None:
    rows = [Function("list_orders", (Route("GET /orders"),))]
    made = functions(scope, FunctionDefaults("handlers/shop", "shop-"), rows)
    row = RestApi("Shop", "v1", Cors("https://shop.example", ("GET",), ("Content-Type",)))
    api = rest_api(scope, row, made.values())
    rules = (
        ManagedRuleGroup("common", "AWSManagedRulesCommonRuleSet", priority=1, counted=(BODY_SIZE,)),
        BodySizeRule("body-size", priority=3, larger=("/orders/import",)),
        RateLimitRule("per-address", limit=2000, priority=2),
    )
    web_acl(scope, "shop", rules, api.stage_arn, depends_on=api.stage.title)
