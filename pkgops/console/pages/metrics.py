"""Metrics and alarms of a system, drawn."""

from __future__ import annotations

import time
from datetime import UTC, datetime
from typing import Any

from markupsafe import Markup
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from pkgops.build.build import synthesized
from pkgops.charts.curves import Frame, bars, lines
from pkgops.charts.gantt import duration
from pkgops.console.frame.page import chosen_project, render, stage_of
from pkgops.errors import unknown
from pkgops.operate.metrics import SECTIONS, WINDOWS, AlarmRow, Measured, alarm_rows, window

_BACK = "3h"
_TITLES = {"functions": "Functions", "queues": "Queues", "apis": "APIs", "alarms": "Alarms"}


def page(request: Request) -> Response:
    """The frame; each part follows."""
    back = request.query_params.get("back", _BACK)
    window(back)
    return render(
        request, "metrics.html", project=chosen_project(request), back=back, windows=list(WINDOWS), parts=_TITLES
    )


def part(request: Request) -> Response:
    """One kind of thing, or the alarms."""
    kind = request.path_params["kind"]
    if kind not in _TITLES:
        raise unknown("part", kind, list(_TITLES))
    shown, project = stage_of(request), chosen_project(request)
    back, now = request.query_params.get("back", _BACK), int(time.time())
    length, period = window(back)
    frame, stacks = Frame(now - length, now, period), synthesized(project)
    values: dict[str, Any] = {"project": project, "kind": kind, "title": _TITLES[kind], "back": back}
    if kind == "alarms":
        rows = [_alarm(row, frame) for row in alarm_rows(stacks, shown.ports, back, now)]
        quiet = [row for row in rows if row["alarm"].state == "INSUFFICIENT_DATA"]
        ringing = [row for row in rows if row not in quiet]
        return render(request, "metric_alarms.html", rows=ringing, quiet=quiet, **values)
    found = SECTIONS[kind](stacks, shown.ports, back, now)
    rows = [_row(one, frame, kind) for one in found if one.any]
    return render(request, "metric_rows.html", rows=rows, quiet=[one.name for one in found if not one.any], **values)


def _row(one: Measured, frame: Frame, kind: str) -> dict[str, Any]:
    """A row of the table: charts, and the numbers that say what is in them."""
    queue = kind == "queues"
    counts = [f"{curve.largest or 0:,.0f} {curve.name}" for curve in one.counts]
    if not queue:
        counts = [f"{curve.total:,.0f} {curve.name}" for curve in one.counts if curve.total or curve is one.counts[0]]
    times = [f"{curve.name} {_time(curve.largest, seconds=queue)}" for curve in one.times if curve.largest is not None]
    draw = lines if queue else bars
    return {
        "name": one.name,
        "id": one.id,
        "bad": not queue and any(curve.total for curve in one.counts[1:]),
        "counts": counts,
        "times": times,
        "counted": _image(draw([curve.points for curve in one.counts], frame, f"{one.name}: {', '.join(counts)}")),
        "timed": _image(lines([curve.points for curve in one.times], frame, f"{one.name}: {', '.join(times)}")),
    }


def _alarm(row: AlarmRow, frame: Frame) -> dict[str, Any]:
    label = f"{row.curve.name}, the alarm is at {row.alarm.threshold}"
    drawn = lines([row.curve.points], frame, label, row.alarm.threshold) if row.curve.points else ""
    since = row.alarm.since and datetime.fromisoformat(row.alarm.since).astimezone(UTC).strftime("%Y-%m-%d %H:%M")
    return {"alarm": row.alarm, "metric": row.curve.name, "chart": _image(drawn), "since": since}


def _time(value: float, *, seconds: bool) -> str:
    return duration(value if seconds else value / 1000)


def _image(drawn: str) -> Markup:
    return Markup(drawn)  # noqa: S704 - escaped where it is drawn


ROUTES = [Route("/metrics", page), Route("/metrics/{kind}", part)]
