"""Versions of functions that a distribution runs are replicated: neither they nor their functions can be deleted."""

from __future__ import annotations

from pkgops.local.hooks.patch import require
from pkgops.local.hooks.types import Properties, Types


def install(types: Types) -> None:
    """Checks before deletions. On AWS replicas also outlive the association, for hours."""
    from ministack.services import cloudfront

    require(cloudfront, "_distributions")
    types.before_delete("AWS::Lambda::Version", _refuse_version)
    types.before_delete("AWS::Lambda::Function", _refuse_function)


def _refuse_version(arn: str, _: Properties) -> None:
    _refuse(f">{arn}<", arn)


def _refuse_function(name: str, _: Properties) -> None:
    from ministack.core.responses import get_account_id, get_region

    arn = f"arn:aws:lambda:{get_region()}:{get_account_id()}:function:{name.rpartition(':')[2]}"
    _refuse(f">{arn}:", arn)


def _refuse(mark: str, arn: str) -> None:
    from ministack.services import cloudfront

    if any(mark in record.get("config_xml", "") for record in cloudfront._distributions.values()):
        raise ValueError(
            f"Lambda was unable to delete {arn} because it is a replicated function. Please see our documentation for "
            "Deleting Lambda@Edge Functions and Replicas. (Service: Lambda, Status Code: 400)"
        )
