"""How is a process run that somebody looks into: with a debugger, or with a clock?

While a debugger may stop it, no time and no memory limits it: neither says anything about the code then.
"""

from __future__ import annotations

import os
import shutil
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from pkgops.local import inspection
from pkgops.local.functions.process import Outcome
from pkgops.local.home import HOME_VARIABLE
from pkgops.local.inspection import Inspection

_DAY = 86_400.0  # seconds
_TERABYTE = 1 << 20  # MB


def seconds(inspected: Inspection | None, limit: float) -> float:
    """How long a function may take."""
    return _DAY if inspected is not None and inspected.port else limit


def memory(inspected: Inspection | None, limit: int) -> int:
    """How many MB it may use."""
    return _TERABYTE if inspected is not None and inspected.port else limit


def placed(inspected: Inspection | None, code: Path) -> Path:
    """Where its code lies: for a debugger always at the same place."""
    home = os.environ.get(HOME_VARIABLE)
    if inspected is None or not inspected.port or home is None:
        return code
    target = inspection.code_folder(Path(home), inspected.function)
    shutil.rmtree(target, ignore_errors=True)
    shutil.copytree(code, target)
    return target


def message(inspected: Inspection | None) -> dict[str, Any]:
    """What its program is told."""
    if inspected is None:
        return {}
    if not inspected.port:
        return {"profile": True}
    found = find_spec("debugpy")
    if found is None or found.origin is None:
        raise RuntimeError("debugpy is not installed beside the emulator: pip install 'pkgops[debug]'")
    wanted = {"port": inspected.port, "wait": inspected.wait, "path": str(Path(found.origin).parents[1])}
    return {"debugger": wanted}


def measured(inspected: Inspection | None, outcome: Outcome, took: float, *, cold: bool) -> None:
    """Keeps what was measured, apart from the answer."""
    if inspected is None or not inspected.profile or outcome.answer is None:
        return
    profile = outcome.answer.pop("profile", None)
    if profile is not None:
        inspection.add_measurement(inspected, {"cold": cold, "seconds": took, **profile})
