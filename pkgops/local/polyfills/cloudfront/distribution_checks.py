"""Distributions are refused as on AWS: with functions that cannot run at the edge, or with what does not exist."""

from __future__ import annotations

from typing import Any

from pkgops.local.hooks.patch import require, wrap
from pkgops.local.hooks.types import Properties, Types

KIND = "AWS::CloudFront::Distribution"


def install(types: Types) -> None:
    """Checks what templates and what the API want to make or change."""
    from ministack.services import cloudfront, iam, lambda_svc

    require(cloudfront, "_distribution_config_xml", "_error", "_oacs", "live_function_code", "tostring")
    require(cloudfront, "_cache_policies", "_origin_request_policies", "_response_headers_policies")
    require(cloudfront, "_MANAGED_CACHE_POLICIES", "_MANAGED_ORIGIN_REQUEST_POLICIES")
    require(cloudfront, "_MANAGED_RESPONSE_HEADERS_POLICIES")
    require(iam, "_roles")
    require(lambda_svc, "_get_func_record_for_ref_in_scope")
    types.before_create(KIND, lambda _, properties, __: _check_template(properties))
    types.before_update(KIND, _check_template)
    wrap(cloudfront, "_distribution_vpc_origin_error", _checked)  # called for every configuration the API takes


def _check_template(properties: Properties) -> None:
    from ministack.services import cloudfront

    from pkgops.local.edge.associations import RefusedError

    if not properties.get("DistributionConfig"):
        raise ValueError("Properties validation failed: DistributionConfig is missing.")
    try:
        _check(cloudfront._distribution_config_xml(properties["DistributionConfig"]))
    except RefusedError as refused:
        service = f"(Service: CloudFront, Status Code: 400, Error Code: {refused.code})"
        raise ValueError(f"{refused} {service}") from refused


def _checked(original: Any) -> Any:
    def error(config: Any) -> Any:
        from ministack.services import cloudfront

        from pkgops.local.edge.associations import RefusedError

        try:
            _check(config)
        except RefusedError as refused:
            return cloudfront._error(refused.code, str(refused), 400)
        return original(config)

    return error


def _check(config: Any) -> None:
    from ministack.services import cloudfront

    from pkgops.local.edge.associations import check
    from pkgops.local.edge.settings import settings

    text = cloudfront.tostring(config, encoding="unicode")
    check(settings({"Id": "", "ARN": "", "DomainName": "", "config_xml": text}))
