"""The documented names and exports."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pkgops.scope import Scope


# The system's words for its stages, which stand in every name.
ENVIRONMENTS = {"local": "dev", "dev": "dev", "staging": "staging", "prod": "production"}

PREFIX = "stream-sales-{environment}-"  # of the functions, and of what belongs to them
VPC = "stream-sales-{environment}-vpc"
FLOW_LOG = "/aws/vpc/stream-sales-{environment}"
CLUSTER = "stream-sales-{environment}-cluster"
DATABASE = "streams"
DATABASE_SECRET = "stream-sales/{environment}/database/credentials"  # noqa: S105 - the secret's name
JWT_SECRET = "stream-sales/{environment}/jwt/secret"  # noqa: S105
ENCRYPTION_SECRET = "stream-sales/{environment}/encryption/key"  # noqa: S105
ORIGIN_SECRET = "stream-sales/{environment}/distribution/origin"  # noqa: S105
IMAGES = "stream-sales-{environment}-images"  # the account's id follows
TOPIC = "stream-sales-{environment}-alarms"
DASHBOARD = "stream-sales-{environment}"


def publish(scope: Scope, **values: Any) -> None:
    """Outputs, each exported as ``StreamSales-<environment>-<key>``."""
    for key, value in values.items():
        scope.output(key, value, f"StreamSales-{{environment}}-{key}")
