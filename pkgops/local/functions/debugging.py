"""How does a debugger attach to a function?

Loaded by the program of a function's process (`pkgops.local.functions.bootstrap`), which sees nothing of the tool:
where debugpy lies is said in its first message.
"""

from __future__ import annotations

import sys
import time
from typing import Any

_PATIENCE = 10.0  # seconds for the port of a process before to be free again


def listen(wanted: dict[str, Any]) -> None:
    """Listens for a debugger, and waits for it if that is wanted. The handler does not see debugpy's neighbours."""
    sys.path.insert(0, wanted["path"])
    import debugpy

    sys.path.remove(wanted["path"])
    debugpy.configure(subProcess=False)
    end = time.monotonic() + _PATIENCE
    while True:
        try:
            debugpy.listen(("127.0.0.1", wanted["port"]))
            break
        except RuntimeError:
            if time.monotonic() > end:
                raise
            time.sleep(0.1)
    if wanted["wait"]:
        sys.stderr.write(f"Waiting for a debugger on 127.0.0.1:{wanted['port']}\n")
        debugpy.wait_for_client()
