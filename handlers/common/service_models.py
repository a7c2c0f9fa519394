"""How the SDK finds and reads its models of services.

Before it loads one model, botocore lists the four hundred services it has models of, once for each kind of file, and
then reads it into ordered dictionaries. Here only the service that is asked for is looked up, and its model is read
into plain ones.
"""

from __future__ import annotations

import gzip
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from botocore.exceptions import DataNotFoundError
from botocore.loaders import Loader


class ServiceModels(Loader):  # type: ignore[misc]  # botocore has no types
    """A loader that knows of a service once its model is asked for."""

    def __init__(self, search_paths: Sequence[str]) -> None:
        super().__init__(extra_search_paths=search_paths, file_loader=_Files())
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
        return Path(f"{file_path}.json").is_file() or Path(f"{file_path}.json.gz").is_file()

    def load_file(self, file_path: str) -> Any:
        """The content of the first file there is; None if there is none."""
        plain, packed = Path(f"{file_path}.json"), Path(f"{file_path}.json.gz")
        if plain.is_file():
            return json.loads(plain.read_bytes())
        return json.loads(gzip.decompress(packed.read_bytes())) if packed.is_file() else None
