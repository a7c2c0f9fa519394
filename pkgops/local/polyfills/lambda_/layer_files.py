"""A layer's archive is saved as a file of its own, as functions' code is: once, and not again with every saved state.

The emulator writes it into the state itself, in base64. Of a system with six layers that was 45 of 48 MB, which were
written, hashed and flushed to disk whenever anything had changed, and read at every start.
"""

from __future__ import annotations

import base64
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from pkgops.local.hooks.patch import require, wrap
from pkgops.local.hooks.types import Types

_ARCHIVE = "_zip_data"


def install(_: Types) -> None:
    """Puts a reference in the place of the archive while a state is saved."""
    from ministack.services import lambda_svc

    require(lambda_svc, "CODE_BLOB_DIR", "_layers", "_BLOB_REF_KEY", "_read_code_blob", "_write_code_blob")
    wrap(lambda_svc, "get_state", _saving)
    wrap(lambda_svc, "_prune_orphan_code_blobs", _keeping)
    wrap(lambda_svc, "_restore_state", _restoring)


def lost(config: dict[str, Any]) -> bool:
    """Whether the archive of a layer of this function could not be restored."""
    from ministack.services import lambda_svc

    names = {layer if isinstance(layer, str) else layer.get("Arn") for layer in config.get("Layers") or []}
    found = (version for version in _versions(lambda_svc._layers) if version["LayerVersionArn"] in names)
    return any(isinstance(version.get(_ARCHIVE), dict) for version in found) if names else False


def _saving(original: Any) -> Any:
    from ministack.services import lambda_svc

    def get_state() -> dict[str, Any]:
        state: dict[str, Any] = original()
        for version in _versions(state["layers"]):
            if isinstance(version.get(_ARCHIVE), bytes):
                version[_ARCHIVE] = {lambda_svc._BLOB_REF_KEY: _file(version)}
        return state

    return get_state


def _file(version: dict[str, Any]) -> str:
    """The name of the archive's file, which is written if it is not there. The emulator's own way to find that out
    would hash all archives."""
    from ministack.services import lambda_svc

    name = _digest(version)
    there = Path(lambda_svc.CODE_BLOB_DIR, f"{name}.zip").is_file()
    return name if there else str(lambda_svc._write_code_blob(version[_ARCHIVE]))


def _keeping(original: Any) -> Any:
    from ministack.services import lambda_svc

    def prune(referenced: set[str]) -> None:
        original(referenced | {_digest(version) for version in _versions(lambda_svc._layers)})

    return prune


def _restoring(original: Any) -> Any:
    from ministack.services import lambda_svc

    def restore(data: Any) -> None:
        for version in _versions((data or {}).get("layers")):
            reference = version.get(_ARCHIVE)
            if isinstance(reference, dict):  # and stays one if the file is lost
                version[_ARCHIVE] = lambda_svc._read_code_blob(reference[lambda_svc._BLOB_REF_KEY]) or reference
        original(data)

    return restore


def _versions(layers: Any) -> Iterator[dict[str, Any]]:
    for layer in list(getattr(layers, "_data", {}).values()):
        yield from list(layer["versions"])


def _digest(version: dict[str, Any]) -> str:
    return base64.b64decode(version["Content"]["CodeSha256"]).hex()
