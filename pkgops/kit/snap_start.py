"""SnapStart: functions that start from a snapshot of their initialized code, at a price for each snapshot kept.

Lambda takes the snapshot when a version is published, and restores it instead of initializing the function. Callers
invoke the alias ``live``, which leads to the newest version. A stage with ``snap_start = true`` has this for functions
that somebody waits for; the emulator has no snapshots, and on stage ``local`` callers invoke the function itself.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

from troposphere import GetAtt, Ref, awslambda

from pkgops.kit.canary import ALIAS
from pkgops.kit.triggers import FunctionUrl, HttpRoute, Route, Trigger, WebSocketRoute
from pkgops.model import Stage
from pkgops.scope import Scope

_AWAITED = (HttpRoute, Route, WebSocketRoute)
_PYTHON = re.compile(r"python3\.(\d+)")
_OLDEST = 12  # of Python 3, says Lambda's developer guide


def is_snapped(stage: Stage, name: str, wanted: bool | None, triggers: Iterable[Trigger], runtime: str) -> bool:
    """Whether a function starts from a snapshot: on stages that have it, if its row says so, or behind an API where it
    says nothing and can. ValueError for a row that says so and cannot."""
    obstacle = _obstacle(triggers, runtime)
    if wanted and obstacle:
        raise ValueError(f"{name} cannot have snap_start=True: {obstacle}")
    if stage.local or not stage.snap_start or obstacle:
        return False
    return any(isinstance(one, _AWAITED) for one in triggers) if wanted is None else wanted


def published(scope: Scope, stem: str) -> Any:
    """Adds a version and the alias of the function ``<stem>Function``; returns the alias's ARN."""
    function = Ref(f"{stem}Function")
    version = scope.add(awslambda.Version(f"{stem}Version", FunctionName=function))
    alias = awslambda.Alias(
        f"{stem}Alias", Name=ALIAS, FunctionName=function, FunctionVersion=GetAtt(version, "Version")
    )
    return Ref(scope.add(alias))


def _obstacle(triggers: Iterable[Trigger], runtime: str) -> str:
    """Why a function has no snapshot; "" if it may have one."""
    python = _PYTHON.fullmatch(runtime)
    if python is None or int(python[1]) < _OLDEST:
        return f"SnapStart takes Python 3.{_OLDEST} or newer, and its runtime is {runtime}."
    if any(isinstance(one, FunctionUrl) for one in triggers):
        return "its URL reaches the newest code, which no snapshot is taken of; put an API before it."
    return ""
