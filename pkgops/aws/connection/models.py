"""How are the SDK's models of services found and read without waiting for them?

Before it loads one model, botocore lists the four hundred services it has models of, a directory at a time: 10 ms for
each kind of file. Here only the service that is asked for is looked up. And it reads half a megabyte of JSON into
ordered dictionaries, which takes five times as long as reading it into plain ones and fills twice the memory.
"""

from __future__ import annotations

import gzip
from pathlib import Path
from typing import Any

import msgspec
from botocore.exceptions import DataNotFoundError
from botocore.loaders import Loader

_ENDINGS = (".json", ".json.gz")


class ServiceModels(Loader):  # type: ignore[misc]  # botocore has no types
    """A loader that knows of a service once its model is asked for."""

    def __init__(self, standard: Any) -> None:
        """``standard`` is a session's own loader, whose search path is used."""
        super().__init__(extra_search_paths=standard.search_paths, file_loader=_Files())
        self._asked: set[str] = set()

    def list_available_services(self, type_name: str) -> list[str]:
        """Those asked for that have a file of the kind ("service-2", "waiters-2")."""
        return sorted(name for name in frozenset(self._asked) if self._has(name, type_name))

    def load_service_model(self, service_name: str, type_name: str, api_version: str | None = None) -> Any:
        """The model; UnknownServiceError if there is none."""
        self._asked.add(service_name)
        return super().load_service_model(service_name, type_name, api_version)

    def _has(self, name: str, type_name: str) -> bool:
        try:
            return bool(self.list_api_versions(name, type_name))
        except DataNotFoundError:
            return False


class _Files:
    """What botocore asks of a reader of files; their names come without an ending."""

    def exists(self, file_path: str) -> bool:
        return any(Path(file_path + ending).is_file() for ending in _ENDINGS)

    def load_file(self, file_path: str) -> Any:
        """The content of the first file there is; None if there is none."""
        for ending in _ENDINGS:
            path = Path(file_path + ending)
            if path.is_file():
                content = path.read_bytes()
                return msgspec.json.decode(gzip.decompress(content) if ending.endswith(".gz") else content)
        return None
