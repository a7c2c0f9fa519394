"""Where does a function spend its time: importing, and calling AWS?

Loaded by the program of a function's process (`pkgops.local.functions.bootstrap`), which sees nothing of the tool.
"""

from __future__ import annotations

import builtins
import sys
import threading
import time
from collections.abc import Mapping
from typing import Any


class Profile:
    """Measures imports from now on, and the SDK's calls. Seconds; what an import takes is counted for the package that
    its own code is in, without the packages it imports."""

    def __init__(self) -> None:
        self._imports: dict[str, float] = {}
        self._calls: list[tuple[str, str, float]] = []
        self._thread = threading.local()  # what the imports inside the one under way have taken, by depth
        self._original = builtins.__import__
        self._patched = False
        builtins.__import__ = self._import

    def taken(self) -> dict[str, Any]:
        """What was measured since the last time: seconds by package, and (service, operation, seconds)."""
        taken = {"imports": self._imports, "calls": self._calls}
        self._imports, self._calls = {}, []
        return taken

    def _import(
        self,
        name: str,
        globals: Mapping[str, Any] | None = None,
        locals: Mapping[str, Any] | None = None,
        fromlist: Any = (),
        level: int = 0,
    ) -> Any:
        started = time.perf_counter()
        inner: list[float] = self._thread.__dict__.setdefault("inner", [0.0])
        inner.append(0.0)
        try:
            return self._original(name, globals, locals, fromlist, level)
        finally:
            took = time.perf_counter() - started
            own = took - inner.pop()
            inner[-1] += took
            package = name if level == 0 else str((globals or {}).get("__package__") or name)
            top = package.partition(".")[0]
            self._imports[top] = self._imports.get(top, 0.0) + own
            self._watch_sdk()

    def _watch_sdk(self) -> None:
        """Measures the SDK's calls, once there is an SDK."""
        client = getattr(sys.modules.get("botocore.client"), "BaseClient", None)
        if self._patched or client is None or not hasattr(client, "_make_api_call"):
            return
        self._patched = True
        original, calls = client._make_api_call, self

        def call(self: Any, operation: str, parameters: Any) -> Any:
            started = time.perf_counter()
            try:
                return original(self, operation, parameters)
            finally:
                service = self.meta.service_model.service_id
                calls._calls.append((service, operation, time.perf_counter() - started))

        client._make_api_call = call
