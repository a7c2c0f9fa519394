"""The public keys of a user pool, kept for an hour."""

from __future__ import annotations

import json
import time
import urllib.request
from dataclasses import dataclass, field
from http.client import HTTPException
from typing import Any

_SECONDS = 3600
_TIMEOUT = 3


@dataclass(slots=True)
class Keys:
    """The keys at ``url``. A key that is not among fresh ones makes them be fetched again: pools change their keys."""

    url: str
    _by_id: dict[str, dict[str, Any]] = field(default_factory=dict)
    _until: float = 0.0

    def find(self, key_id: str) -> dict[str, Any] | None:
        """The key of that id. OSError or ValueError if the keys cannot be had."""
        if key_id not in self._by_id or time.monotonic() >= self._until:
            self._fetch()
        return self._by_id.get(key_id)

    def _fetch(self) -> None:
        try:
            with urllib.request.urlopen(self.url, timeout=_TIMEOUT) as answer:  # noqa: S310 - the issuer's own address
                keys = json.load(answer)["keys"]
        except HTTPException as error:  # an answer that breaks off is no OSError
            raise OSError("no whole answer") from error
        self._by_id = {key["kid"]: key for key in keys}
        self._until = time.monotonic() + _SECONDS
