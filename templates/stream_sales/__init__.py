"""Stream Sales: a marketplace for streaming accounts, on Next.js and PostgreSQL."""

from __future__ import annotations

from pkgops.declarations import Database, NextApp, Site
from pkgops.model import Stack, Stage, System
from templates.stream_sales.naming import CLUSTER, DATABASE_SECRET, ENVIRONMENTS
from templates.stream_sales.secret_rules import SECRETS
from templates.stream_sales.settings import Settings, advise, check
from templates.stream_sales.smoke import SMOKE
from templates.stream_sales.usage import USAGE
from templates.stream_sales.variables import VARIABLES


def _tags(stage: Stage) -> dict[str, str]:
    return {
        "Project": "StreamSales",
        "Environment": ENVIRONMENTS[stage.name],
        "ManagedBy": "pkgops",
        "CostCenter": "Engineering",
    }


SYSTEM = System(
    key="stream_sales",
    title="Stream Sales: marketplace on Next.js",
    stacks=(Stack("stack", "StreamSalesStack-{environment}"),),
    settings=Settings,
    environments=ENVIRONMENTS,
    closed=True,
    check=check,
    tags=_tags,
    advise=advise,
    variables=VARIABLES,
    secret_rules=SECRETS,
    smoke=SMOKE,
    app=NextApp(setting="app", tags="stack.TagsTableName"),
    site=Site("stack.AssetsBucketName", "stack.DistributionId", "stack.CloudFrontURL"),
    database=Database(
        DATABASE_SECRET,
        "handlers/stream_sales/migrate.py",
        "handlers/stream_sales/migrations",
        cluster=CLUSTER,
        counted=("users", "wallets"),
    ),
    usage=USAGE,
)
