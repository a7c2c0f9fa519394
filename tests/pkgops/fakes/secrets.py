"""Secrets Manager in memory."""

from __future__ import annotations

import threading

from pkgops.errors import PkgopsError


class FakeSecrets:
    """`pkgops.ports.secrets.Secrets`. ``refused`` are names it does not take."""

    def __init__(self) -> None:
        self.values: dict[str, str] = {}
        self.times: dict[str, str] = {}
        self.refused: set[str] = set()
        self.restored: list[str] = []
        self._lock = threading.Lock()

    def read(self, name: str) -> str | None:
        return self.values.get(name)

    def changed(self, name: str) -> str:
        return self.times.get(name, "")

    def write(self, name: str, value: str) -> None:
        if not self.put_if_absent(name, value):
            self.values[name] = value

    def restore(self, name: str) -> None:
        self.restored.append(name)

    def put_if_absent(self, name: str, value: str) -> bool:
        with self._lock:
            if name in self.refused:
                raise PkgopsError(f"Secret {name} cannot be stored: LimitExceededException")
            if name in self.values:
                return False
            self.values[name] = value
            return True
