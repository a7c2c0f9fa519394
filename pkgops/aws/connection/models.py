"""How are the SDK's models of services found without a walk through those of all services?

Before it loads one model, botocore lists the four hundred services it has models of, a directory at a time: 10 ms for
each kind of file. Here only the service that is asked for is looked up.
"""

from __future__ import annotations

from typing import Any

from botocore.exceptions import DataNotFoundError
from botocore.loaders import Loader


class ServiceModels(Loader):  # type: ignore[misc]  # botocore has no types
    """A loader that knows of a service once its model is asked for."""

    def __init__(self, standard: Any) -> None:
        """``standard`` is a session's own loader, whose search path is used."""
        super().__init__(extra_search_paths=standard.search_paths)
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
