"""REST APIs: the gateway invokes a function only if its policy allows that (AWS::Lambda::Permission)."""

from __future__ import annotations

from fnmatch import fnmatchcase
from typing import Any

from pkgops.local.hooks.patch import require, wrap
from pkgops.local.hooks.types import Types

AFTER = ("apigateway.rest_responses",)  # which wraps the same function
_SERVICE = "apigateway.amazonaws.com"


def install(_: Types) -> None:
    """Checks before the proxy integration."""
    from ministack.services import apigateway_v1 as rest
    from ministack.services import lambda_svc

    require(rest, "_gw_error", "_extract_lambda_ref_from_integration_uri")
    require(lambda_svc, "_get_func_record_for_ref_in_scope", "_resolve_name_and_qualifier", "_functions")
    wrap(rest, "_invoke_lambda_proxy_v1", _checked)


def _checked(original: Any) -> Any:
    from ministack.services import apigateway_v1 as rest

    async def invoke(integration: dict[str, Any], *others: Any, **named: Any) -> Any:
        api, stage, _, resource, _, method = others[:6]
        function = rest._extract_lambda_ref_from_integration_uri(integration.get("uri", ""))
        declared = method if method in resource["resourceMethods"] else "*"
        account, region = named["owner_account_id"], named["owner_region"]
        source = f"arn:aws:execute-api:{region}:{account}:{api}/{stage}/{declared}{resource['path']}"
        if not integration.get("credentials") and not allowed(function, source, account):
            return rest._gw_error("API_CONFIGURATION_ERROR", "Internal server error")
        return await original(integration, *others, **named)

    return invoke


def allowed(function: str, source: str, account: str) -> bool:
    """True if the function's policy lets API Gateway invoke it for the method with ARN ``source``. A missing
    function is left to the integration."""
    from ministack.services import lambda_svc

    name, qualifier = lambda_svc._resolve_name_and_qualifier(function)
    record = lambda_svc._functions.get(name)
    if record is None:
        return True
    statements = (record.get("policy") or {}).get("Statement") or []
    return any(_allows(one, qualifier, source, account) for one in statements)


def _allows(statement: dict[str, Any], qualifier: str | None, source: str, account: str) -> bool:
    principal = statement.get("Principal")
    if principal != "*" and (principal or {}).get("Service") != _SERVICE:
        return False
    # The policy of an alias or version is kept with the function's, distinguished by the resource's last part.
    last = statement.get("Resource", "").split(":function:")[-1].partition(":")[2]
    if last != (qualifier or "") or statement.get("Action") not in ("lambda:InvokeFunction", "lambda:*"):
        return False
    condition = statement.get("Condition") or {}
    pattern = (condition.get("ArnLike") or {}).get("AWS:SourceArn", "*")
    owner = (condition.get("StringEquals") or {}).get("AWS:SourceAccount", account)
    return owner == account and fnmatchcase(source, pattern.replace("[", "[[]"))
