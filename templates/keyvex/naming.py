"""The documented names, descriptions and exports."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pkgops.scope import Scope


LOCAL_AND_DEV, PRODUCTION = "development", "production"
# The system's words for its stages, which stand in every name.
ENVIRONMENTS = {"local": LOCAL_AND_DEV, "dev": LOCAL_AND_DEV, "prod": PRODUCTION}

TABLE = "keyvex-main-table-{environment}"
AI_SECRET = "keyvex/ai/{environment}"  # noqa: S105 - the secret's name
INTEGRATION_SECRET = "keyvex/integrations/{environment}"  # noqa: S105
DATABASE_SECRET = "keyvex/database/{environment}"  # noqa: S105
AI_QUEUE = "keyvex-ai-processing-queue-{environment}"
ANALYTICS_QUEUE = "keyvex-analytics-queue-{environment}"
EMAIL_QUEUE = "keyvex-email-queue-{environment}"
USER_UPLOADS = "keyvex-user-uploads-{environment}"
PUBLIC_ASSETS = "keyvex-public-assets-{environment}"
TOOL_ASSETS = "keyvex-tool-assets-{environment}"
BUCKETS = {"UserUploadsBucket": USER_UPLOADS, "PublicAssetsBucket": PUBLIC_ASSETS, "ToolAssetsBucket": TOOL_ASSETS}
REDIS = "keyvex-redis-{environment}"


def socket_stage(scope: Scope) -> str:
    """The stage of the WebSocket API: the environment's short form."""
    return "prod" if scope.stage.production else "dev"


def describe(scope: Scope, stack: str) -> None:
    """Gives the template the documented description."""
    scope.template.set_description(f"Keyvex {stack} Stack - {scope.environment}")


def publish(scope: Scope, **values: Any) -> None:
    """Outputs, each exported as ``Keyvex-<environment>-<key>``."""
    for key, value in values.items():
        scope.output(key, value, f"Keyvex-{{environment}}-{key}")
