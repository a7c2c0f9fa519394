"""CloudWatch alarms over metric math are accepted. They keep their first state: they are not evaluated."""

from __future__ import annotations

from typing import Any

from pkgops.local.hooks.patch import wrap
from pkgops.local.hooks.types import Types


def install(_: Types) -> None:
    """Gives such an alarm a metric that is never written, and keeps its expression."""
    from ministack.services.cloudformation import provisioners

    wrap(provisioners, "_cw_metric_alarm_record", _recorded)


def _recorded(original: Any) -> Any:
    def record(name: str, properties: dict[str, Any]) -> Any:
        metrics = properties.get("Metrics")
        if not metrics:
            return original(name, properties)
        stands_in = {key: value for key, value in properties.items() if key != "Metrics"}
        stands_in |= {"Namespace": "Emulator/MetricMath", "MetricName": name, "Statistic": "Sum"}
        stands_in["Period"] = max([_period(one) for one in metrics], default=60)
        return original(name, stands_in) | {"Metrics": metrics}

    return record


def _period(metric: dict[str, Any]) -> int:
    return int(metric.get("Period") or (metric.get("MetricStat") or {}).get("Period") or 60)
