"""How is the emulator's own saving and loading replaced? It ignores what goes wrong in both."""

from __future__ import annotations

import json
import os
import traceback
from collections.abc import Callable
from pathlib import Path
from typing import Any


def install(services: Path | None, save: Callable[[dict[str, Any]], None]) -> None:
    """Takes the place of the emulator's own saving and loading: ``services`` is the folder of the saved state to load,
    ``save`` what it calls when it ends."""
    from ministack.core import persistence

    # Before anything else of the emulator is imported: services read what is saved then. What they keep in files of
    # their own (functions' code, user pools' keys) stays where STATE_DIR said, outside all snapshots.
    kept = persistence.STATE_DIR
    persistence.STATE_DIR = str(services or kept)
    from ministack import app
    from ministack.services import lambda_svc

    from pkgops.local.hooks.patch import require, wrap

    require(lambda_svc, "CODE_BLOB_DIR")
    lambda_svc.CODE_BLOB_DIR = f"{kept}/lambda-blobs"

    require(persistence, "_json_default", "_state_format_version", "load_state")
    require(app, "_build_persistence_save_dict", "_state_map", "_get_module")
    wrap(app, "save_all", lambda _: save)
    wrap(app, "_load_persisted_state", lambda _: lambda: None)  # `load` has done it, and fails where this goes on


def load(services: Path | None) -> None:
    """Hands each service its saved state. ValueError with its name if one does not take it."""
    from ministack import app
    from ministack.core import persistence

    for key, module in app._state_map.items():
        if services is None or not (services / f"{key}.json").exists():
            continue
        try:
            state = persistence.load_state(key)
            if state is None:  # of a newer emulator
                raise ValueError(key)
            app._get_module(module).load_persisted_state(state)
        except Exception as error:
            traceback.print_exc()
            raise ValueError(key) from error
    persistence.STATE_DIR = os.environ["STATE_DIR"]  # what a reset empties; saved states are not changed


def write(folder: Path, services: dict[str, Any]) -> None:
    """Every service's state as one file, in the emulator's own form; an error of any of them is an error."""
    from ministack.core import persistence

    for name, get_state in services.items():
        state = get_state()
        if state is None:
            continue
        whole = {"__ministack_format__": persistence._state_format_version(name), "payload": state}
        text = json.dumps(whole, default=persistence._json_default)  # dump() would make every piece of it in Python
        (folder / f"{name}.json").write_text(text, encoding="ascii")
