"""Who hears of what an hourly run has done?"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from handlers.common.logs import logger
from handlers.pkgwatch.runtime.metrics import Metrics


class UpstreamDown(Exception):  # noqa: N818 - says what is the matter
    """Everything a run asked for failed: the function ends in an error, which is what the alarm listens to."""


def report(prefix: str, result: Mapping[str, Any], metrics: Metrics) -> dict[str, Any]:
    """Counts the result of a run as metrics that begin with ``prefix``, and logs it. Raises `UpstreamDown` if there
    are errors and nothing else."""
    for status in ("collected", "unavailable", "rate_limited", "error"):
        metrics.count(prefix + "".join(word.title() for word in status.split("_")), result[status])
    logger.info("Run over", extra=dict(result))
    if result["error"] and result["error"] == result["processed"]:
        raise UpstreamDown(f"All of {result['error']} packages failed.")
    return dict(result)
