"""How the SDK finds and reads its models of services.

Before it loads one model, botocore lists the four hundred services it has models of, once for each kind of file, and
then reads it into ordered dictionaries. Here only the service that is asked for is looked up, and its model is read
into plain ones. The list of the endpoints of all services, 1.2 MB, is not read for services that have one endpoint in
each region, as the rules beside their models name it.
"""

from __future__ import annotations

import gzip
import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from botocore.exceptions import DataNotFoundError
from botocore.loaders import Loader

# Services with an endpoint in each region, called after the service; S3, for example, has one for the whole world.
REGIONAL = frozenset(
    {
        "apigatewaymanagementapi",
        "cloudwatch",
        "cognito-idp",
        "dynamodb",
        "lambda",
        "secretsmanager",
        "ses",
        "sns",
        "sqs",
    }
)


class ServiceModels(Loader):  # type: ignore[misc]  # botocore has no types
    """A loader that knows of a service once its model is asked for. ``regional`` is for `REGIONAL` services alone."""

    def __init__(self, search_paths: Sequence[str], *, regional: bool = False) -> None:
        super().__init__(extra_search_paths=search_paths, file_loader=_Files())
        self._regional = regional
        self._asked: set[str] = set()

    def list_available_services(self, type_name: str) -> list[str]:
        """Those asked for that have a file of the kind ("service-2", "waiters-2")."""
        return sorted(name for name in frozenset(self._asked) if self._has(name, type_name))

    def load_service_model(self, service_name: str, type_name: str, api_version: str | None = None) -> Any:
        """The model; UnknownServiceError if there is none."""
        self._asked.add(service_name)
        return super().load_service_model(service_name, type_name, api_version)

    def load_data_with_path(self, name: str) -> tuple[Any, str]:
        """The file's content and its path; for regional services, of "endpoints" the partitions without services."""
        if name == "endpoints" and self._regional:
            content, path = super().load_data_with_path("partitions")
            return {"version": 3, "partitions": [_partition(one) for one in content["partitions"]]}, path
        found: tuple[Any, str] = super().load_data_with_path(name)
        return found

    def _has(self, name: str, type_name: str) -> bool:
        try:
            return bool(self.list_api_versions(name, type_name))
        except DataNotFoundError:
            return False


def _partition(one: Mapping[str, Any]) -> dict[str, Any]:
    """A partition as the list of endpoints has it, from its row in the list of partitions."""
    return {
        "partition": one["id"],
        "dnsSuffix": one["outputs"]["dnsSuffix"],
        "regionRegex": one["regionRegex"],
        "regions": {name: region for name, region in one["regions"].items() if not name.endswith("-global")},
        "defaults": {
            "hostname": "{service}.{region}.{dnsSuffix}",
            "protocols": ["https"],
            "signatureVersions": ["v4"],
        },
        "services": {},
    }


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
