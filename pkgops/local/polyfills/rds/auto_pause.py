"""After how many idle seconds a cluster pauses is part of its description and can be changed, as on AWS.

The emulator keeps what a template says of it, and drops it from every answer and every change by RDS's API.
"""

from __future__ import annotations

from typing import Any

from pkgops.local.hooks.patch import require, wrap
from pkgops.local.hooks.types import Types

_SECONDS = "SecondsUntilAutoPause"
_END = "</ServerlessV2ScalingConfiguration>"


def install(_: Types) -> None:
    """Adds the seconds to what is read and to what is told."""
    from ministack.services import rds

    require(rds, "_p", "_serverlessv2_xml", "_serverlessv2_from_params")
    wrap(rds, "_serverlessv2_xml", _described)
    wrap(rds, "_serverlessv2_from_params", _given)


def _described(original: Any) -> Any:
    def xml(cluster: Any) -> str:
        text = str(original(cluster))
        seconds = (cluster.get("ServerlessV2ScalingConfiguration") or {}).get(_SECONDS)
        return text.replace(_END, f"<{_SECONDS}>{int(seconds)}</{_SECONDS}>{_END}") if seconds else text

    return xml


def _given(original: Any) -> Any:
    def read(parameters: Any) -> Any:
        from ministack.services import rds

        found, seconds = original(parameters), rds._p(parameters, f"ServerlessV2ScalingConfiguration.{_SECONDS}")
        return {**(found or {}), _SECONDS: int(seconds)} if seconds else found

    return read
