"""What does the SDK do differently in a handler on stage local?

Loaded by the program of a function's process (`pkgops.local.functions.bootstrap`), which sees nothing of the tool.
"""

from __future__ import annotations

import importlib.abc
import importlib.machinery
import os
import re
import sys
from typing import Any

_DEPTH_VARIABLE = "_MINISTACK_INVOKE_DEPTH"
_DEPTH_HEADER = "X-Ministack-Invoke-Depth"


class SdkHooks(importlib.abc.MetaPathFinder):
    """Makes botocore, when imported, send how deep in a chain of invocations the handler is (the emulator stops endless
    ones), and find the emulator where an event names a WebSocket API's own host."""

    def find_spec(self, name: str, path: Any, target: Any = None) -> Any:
        """Handles the import of botocore.handlers, once."""
        if name != "botocore.handlers":
            return None
        sys.meta_path.remove(self)
        spec = importlib.machinery.PathFinder.find_spec(name, path)
        if spec is not None and spec.loader is not None:
            run = spec.loader.exec_module

            def run_and_register(module: Any) -> None:
                run(module)
                module.BUILTIN_HANDLERS += [("before-call", _add_depth), ("before-call", _find_connections)]

            spec.loader.exec_module = run_and_register  # type: ignore[method-assign]
        return spec


def _add_depth(params: dict[str, Any], **_: Any) -> None:
    if depth := os.environ.get(_DEPTH_VARIABLE):
        params["headers"].setdefault(_DEPTH_HEADER, depth)


def _find_connections(params: dict[str, Any], **_: Any) -> None:
    """Takes ``https://{host}/{stage}/@connections/{id}`` to the emulator where the host is what an event names: the
    API's own port, which answers without TLS too, or ``{api}.execute-api.{domain}``."""
    if found := re.match(r"https://([a-z0-9]+)\.execute-api\.[^/]+(/.*)", params["url"]):
        params["url"] = f"{os.environ['AWS_ENDPOINT_URL']}/_aws/execute-api/{found[1]}{found[2]}"
    elif re.match(r"https://127\.0\.0\.1:\d+/[^/?]+/(@|%40)connections/", params["url"]):
        params["url"] = params["url"].replace("https", "http", 1)
