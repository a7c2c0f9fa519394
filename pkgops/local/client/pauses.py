"""Clusters that pause when nobody uses them, paused on demand: nobody has to wait until they do it by themselves."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import quote

from pkgops.errors import NotFoundError
from pkgops.local.home import PAUSE_PATH

if TYPE_CHECKING:
    from pkgops.local.client.emulator import Emulator


@dataclass(frozen=True, slots=True)
class Pause:
    """A cluster, and whether it is ``paused`` now; if not, its ``connections`` keep it awake."""

    name: str
    paused: bool
    connections: int


def pause(emulator: Emulator, cluster: str = "") -> list[Pause]:
    """Pauses a cluster, or all that can. NotFoundError if there is none, AccessError if the emulator is down."""
    rows = json.loads(emulator.request(f"{PAUSE_PATH}?cluster={quote(cluster, safe='')}", "POST"))
    if not rows:
        what = f"No cluster called {cluster!r}" if cluster else "No cluster"
        raise NotFoundError(
            f"{what} pauses on stage local.",
            "One pauses if its MinCapacity is 0 and the setting resume of stage local is not; see: pkgops local status",
        )
    return [Pause(**row) for row in rows]
