"""DynamoDB streams: after a restart mappings receive what changes from then on.

The emulator stores how far a mapping has read, but not the records: they are lost with the process, and the stored
position is behind all records there have been. What was unread when the emulator ended stays unread.
"""

from __future__ import annotations

from typing import Any

from pkgops.local.hooks.patch import require, wrap
from pkgops.local.hooks.types import Types


def install(_: Types) -> None:
    """Lets every mapping begin at the start of the new, empty stream."""
    from ministack.services import lambda_svc

    require(lambda_svc, "_dynamodb_stream_positions")
    wrap(lambda_svc, "_restore_esm_positions", _from_the_start)


def _from_the_start(original: Any) -> Any:
    def restore(store: Any, positions: Any) -> None:
        from ministack.services import lambda_svc

        original(store, positions)
        if store is lambda_svc._dynamodb_stream_positions:
            for scope in list(store._data):
                store._data[scope] = 0

    return restore
